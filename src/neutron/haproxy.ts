import type { Cloud } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { renderHaproxyConfig } from './haproxy-config.ts'
import { ovnHas } from './ovn/release.ts'
import { type ProxyPlace, proxyPlacesOf } from './proxy-places.ts'
import { rateLimitsOf } from './rate-limiting.ts'
import { type HaproxyRelease, neutronRelease } from './release.ts'

/** One haproxy that carries guests' requests out of a namespace to the agent's socket. */
export interface MetadataProxy extends Pick<ProxyPlace, 'owner' | 'namespace'> {
  /** Names the files and the process: the network's or router's id that it sends; until Juno the network's. */
  readonly id: string
  readonly configPath: string
  readonly config: string
  readonly pidFile: string
  readonly argv: readonly ['haproxy', '-f', string]
  /** What it is called in its environment and in the lab. */
  readonly processTag: string
  readonly listens: readonly ProxyListener[]
}

export interface ProxyListener {
  readonly address: string
  readonly port: number
  /** Link-local addresses are bound to a device. */
  readonly device?: string
}

/** The haproxy of every place that has a metadata proxy: in the cloud, or those of one host with that host's paths. */
export function metadataProxiesOf(
  cloud: Cloud,
  facts: MachineFacts,
  places = proxyPlacesOf(cloud, facts),
): readonly MetadataProxy[] {
  return places.map(place => proxyAt(cloud, facts, place))
}

function proxyAt(cloud: Cloud, { user, group }: MachineFacts, place: ProxyPlace): MetadataProxy {
  const { owner, namespace, id, sends, bind, ipv6Bind } = place
  const { state_path, release, metadata_agent } = cloud.neutron
  const configPath = `${state_path}/${proxyConfigDirectory(sends.header)}/${id}.conf`
  const pidFile = `${state_path}/external/pids/${id}.pid.haproxy`
  const { metadata_proxy_socket: metadataProxySocket } = metadata_agent
  const rateLimits = rateLimitsOf(cloud)
  const config = { sends, bind, ipv6Bind, rateLimits, user, group, pidFile, metadataProxySocket }
  return {
    id,
    namespace,
    configPath,
    config: renderHaproxyConfig(config, haproxyRelease(release, sends.header)),
    pidFile,
    argv: ['haproxy', '-f', configPath],
    processTag: `haproxy-${id}`,
    owner,
    listens: [bind, ...(ipv6Bind === null ? [] : [{ ...ipv6Bind, port: bind.port }])],
  }
}

/** Where haproxy's configuration stands, below the state path. */
function proxyConfigDirectory(header: ProxyPlace['sends']['header']): string {
  return header === 'ovn-network' ? 'ovn-metadata-proxy' : 'ns-metadata-proxy'
}

/** OVN's agent has a template of its own up to 2023.2; from 2024.1 on only the header's rule is its own. */
function haproxyRelease(release: string, header: ProxyPlace['sends']['header']): HaproxyRelease {
  const { haproxy } = neutronRelease(release)
  if (header !== 'ovn-network') return haproxy
  return {
    ...haproxy,
    logTag: ovnHas(release, 'logTag'),
    ipv6BindLine: ovnHas(release, 'ipv6Metadata'),
  }
}
