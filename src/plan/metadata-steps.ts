import type { Cloud, Host } from '../cloud/cloud.ts'
import { metadataServicesOf } from '../cloud/derive-metadata-agent.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { metadataAgentConfig } from '../neutron/metadata-agent/config.ts'
import { novaMetadataConfig } from '../nova/config.ts'
import { certificateSteps } from './certificate-steps.ts'
import { fileStep } from './file-steps.ts'
import { hostNamespace, logDirectory, onHost, stepIds } from './names.ts'
import { serviceStep } from './service-step.ts'
import type { Listener, Reloads, ServiceFiles, ServiceName, ServiceStep, Step } from './step.ts'

/**
 * neutron-metadata-agent on every host with DHCP or routers and nova-api-metadata on the controller, each on the management
 * network of its host. The cloud has the paths of this one. An agent of another nova runs in
 * the machine's own network, where the way to that is; it only connects, so nothing is changed there. Neither runs beside an
 * agent that is somewhere else.
 */
export function metadataSteps(cloud: Cloud, host: Host, facts: MachineFacts): Step[] {
  const { metadata_listen: address, metadata_listen_port: port, api, wsgi } = cloud.nova
  const { metadata_proxy_socket: socket, ...agentFiles } = cloud.neutron.metadata_agent
  const lab = metadataServicesOf(cloud)
  const runs = {
    agent: lab.agent && host.roles.includes('network'),
    nova: lab.nova && host.roles.includes('controller'),
  }
  const management = hostNamespace(cloud.lab, host.name)
  const nova: Daemon[] = [
    {
      name: 'nova-api-metadata',
      config: novaMetadataConfig(cloud, facts),
      reread: ['instances', 'ports', 'subnets'],
      why: "Nova's metadata API",
      listens: [{ protocol: 'tcp', address, port }],
      leaves: [],
      namespace: management,
      named: [
        api.vendordata_jsonfile_path,
        api.vendordata_dynamic_ssl_certfile,
        ...Object.values(wsgi),
      ],
    },
  ]
  const agent: Daemon[] = [
    {
      name: 'neutron-metadata-agent',
      config: metadataAgentConfig(cloud, facts),
      reread: ['ports'],
      why: 'finds the port behind a request, signs its instance id and asks Nova',
      listens: [{ protocol: 'unix', path: socket }],
      leaves: [socket],
      namespace: lab.nova ? management : null,
      named: [
        agentFiles.auth_ca_cert,
        agentFiles.nova_client_cert,
        agentFiles.nova_client_priv_key,
      ],
    },
  ]
  const daemons = [...(runs.nova ? nova : []), ...(runs.agent ? agent : [])]
  return daemons.flatMap(daemon => daemonSteps(cloud, host, facts, daemon))
}

interface Daemon {
  readonly name: Extract<ServiceName, 'nova-api-metadata' | 'neutron-metadata-agent'>
  readonly config: unknown
  /** What of it others ask their servers for: it is no reason to start anew. */
  readonly reread: readonly string[]
  readonly why: string
  readonly listens: readonly Listener[]
  readonly leaves: readonly string[]
  /** Null for the machine's own. */
  readonly namespace: string | null
  /** Paths in its configuration. */
  readonly named: readonly (string | null | undefined)[]
}

function daemonSteps(cloud: Cloud, host: Host, facts: MachineFacts, daemon: Daemon): Step[] {
  const state = cloud.neutron.state_path
  const config = fileStep({
    host: host.name,
    path: `${state}/etc/${daemon.name}.json`,
    content: `${JSON.stringify(daemon.config)}\n`,
    mode: 0o600,
    why: `configuration of ${daemon.name}`,
    source: ['neutron'],
  })
  const certificates = certificateSteps(cloud, host).map(({ id }) => id)
  const service = nodeService(cloud, host, facts, {
    ...daemon,
    files: {
      reads: [],
      writes: [state],
      named: daemon.named.flatMap(path => (isOutside(path, state) ? [path] : [])),
    },
    script: `src/daemon/${daemon.name}.ts`,
    arguments: ['--config', config.path],
    reloads: {
      signal: 'SIGHUP',
      files: [{ id: config.id, members: daemon.reread }],
      isAcknowledged: true,
    },
    needs: [config.id, stepIds.management(host.name), ...certificates],
    supervised: true,
  })
  return [config, service]
}

function isOutside(path: string | null | undefined, state: string): path is string {
  return typeof path === 'string' && !path.startsWith(`${state}/`)
}

/**
 * The supervisor puts back what dies; it starts when all that it watches runs, while the guests lease. What runs in the
 * machine's own network can be put back from there alone.
 */
export function supervisorStep(
  cloud: Cloud,
  host: Host,
  facts: MachineFacts,
  services: readonly ServiceStep[],
): ServiceStep {
  return nodeService(cloud, host, facts, {
    name: 'supervisor',
    namespace: services.some(({ namespace }) => namespace === null)
      ? null
      : hostNamespace(cloud.lab, host.name),
    why: 'puts back services that die',
    listens: [],
    leaves: [],
    script: 'src/runtime/process/supervisor-main.ts',
    arguments: ['--lab', cloud.lab],
    needs: services.map(({ id }) => id),
    supervised: false,
  })
}

interface NodeService {
  readonly name: Extract<ServiceName, Daemon['name'] | 'supervisor'>
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

function nodeService(
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
