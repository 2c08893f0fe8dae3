import type { Cloud, Host, HostRole, Port } from '../cloud/cloud.ts'
import { metadataServicesOf } from '../cloud/derive-metadata-agent.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { type MetadataAgentName, metadataAgentName } from '../neutron/metadata-agent/agent-name.ts'
import { metadataAgentConfig } from '../neutron/metadata-agent/config.ts'
import { novaMetadataConfig } from '../nova/config.ts'
import { certificateSteps } from './certificate-steps.ts'
import { fileStep } from './file-steps.ts'
import { hostNamespace, stepIds } from './names.ts'
import { nodeService } from './node-service.ts'
import type { Site } from './site.ts'
import type { Listener, Step } from './step.ts'
import type { HostViews } from './views.ts'

/**
 * neutron-metadata-agent on every host with DHCP or routers, or OVN's on every host with guests, and nova-api-metadata on the
 * controller, each on the management network of its host. The cloud has the paths of this one. An agent of another nova runs in
 * the machine's own network, where the way to that is; it only connects, so nothing is changed there. Neither runs beside an
 * agent that is somewhere else.
 */
export function metadataSteps(cloud: Cloud, { host, facts, views }: Site): Step[] {
  const { metadata_listen: address, metadata_listen_port: port, api, wsgi } = cloud.nova
  const { metadata_proxy_socket: socket, ...agentFiles } = cloud.neutron.metadata_agent
  const lab = metadataServicesOf(cloud)
  const runs = {
    agent: lab.agent && host.roles.includes(agentsRole(cloud)),
    nova: lab.nova && host.roles.includes('controller'),
  }
  const management = hostNamespace(cloud.lab, host.name)
  const nova: Daemon[] = [
    {
      name: 'nova-api-metadata',
      script: 'nova-api-metadata',
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
      name: metadataAgentName(cloud.neutron),
      script: 'neutron-metadata-agent',
      config: metadataAgentConfig({ ...cloud, ports: portsToldOf(cloud, views) }, facts),
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

/** OVN's agent looks them up in what it has heard, neutron-metadata-agent asks neutron-server. */
function portsToldOf({ neutron, ports }: Cloud, { ovn }: HostViews): readonly Port[] {
  return neutron.mechanism_driver === 'ovn' ? ovn.ports : ports
}

/** Each chassis answers its own guests. */
function agentsRole({ neutron }: Cloud): HostRole {
  return neutron.mechanism_driver === 'ovn' ? 'compute' : 'network'
}

interface Daemon {
  readonly name: 'nova-api-metadata' | MetadataAgentName
  /** The program, which has one name for all metadata agents. */
  readonly script: 'nova-api-metadata' | 'neutron-metadata-agent'
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
    script: `src/daemon/${daemon.script}.ts`,
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
