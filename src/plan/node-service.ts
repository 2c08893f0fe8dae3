import type { ViewingAgent } from '../cloud/agent-view.ts'
import type { Cloud, Host } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import type { MetadataAgentName } from '../neutron/metadata-agent/agent-name.ts'
import { logDirectory, onHost, stepIds } from './names.ts'
import { serviceStep } from './service-step.ts'
import type { Listener, Reloads, ServiceFiles, ServiceStep } from './step.ts'

export interface NodeService {
  readonly name: 'nova-api-metadata' | MetadataAgentName | ViewingAgent | 'supervisor'
  readonly why: string
  readonly listens: readonly Listener[]
  readonly leaves: readonly string[]
  readonly namespace: string | null
  /** Relative to the project's root. */
  readonly script: string
  readonly arguments: readonly string[]
  readonly needs: readonly string[]
  readonly files?: ServiceFiles
  readonly reloads?: Reloads
  readonly supervised: boolean
}

/** A service of the lab's own that Node.js runs on a host. */
export function nodeService(
  cloud: Cloud,
  host: Host,
  facts: MachineFacts,
  wish: NodeService,
): ServiceStep {
  const state = cloud.neutron.state_path
  const pidFile = `${state}/run/${wish.name}.pid`
  const name = wish.name === 'supervisor' ? wish.name : `${wish.name}${onHost(cloud, host)}`
  return serviceStep({
    name,
    service: wish.name,
    host: host.name,
    phase: 'metadata',
    needs: [
      ...wish.needs,
      stepIds.directory(`${state}/run`),
      stepIds.directory(logDirectory(cloud)),
    ],
    why: wish.why,
    source: ['neutron'],
    namespace: wish.namespace,
    argv: [facts.node, `${facts.root}/${wish.script}`, ...wish.arguments],
    environment: {
      ...(facts.compileCache === '' ? {} : { NODE_COMPILE_CACHE: facts.compileCache }),
      // By nothing else can a process be told from others in the machine's own network.
      ...(wish.namespace === null ? { LAB: cloud.lab, LAB_SERVICE: name } : {}),
    },
    daemonizes: false,
    pidFile,
    logFile: `${logDirectory(cloud)}/${name}.log`,
    commandLineHolds: wish.name,
    listens: wish.listens,
    leaves: [pidFile, ...wish.leaves],
    ...(wish.files === undefined ? {} : { files: wish.files }),
    ...(wish.reloads === undefined ? {} : { reloads: wish.reloads }),
    supervised: wish.supervised,
  })
}
