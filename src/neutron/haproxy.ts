import type { Cloud } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { renderHaproxyConfig } from './haproxy-config.ts'
import { type ProxyPlace, proxyPlacesOf } from './proxy-places.ts'
import { rateLimitsOf } from './rate-limiting.ts'
import { neutronRelease } from './release.ts'

/** One haproxy that carries guests' requests out of a namespace to the agent's socket. */
export interface MetadataProxy extends Pick<ProxyPlace, 'owner' | 'namespace'> {
  /** The network's or router's id that it sends; it names the files and the process, too. */
  readonly id: string
  readonly configPath: string
  readonly config: string
  readonly pidFile: string
  readonly argv: readonly ['haproxy', '-f', string]
  /** Value of PROCESS_TAG in its environment. */
  readonly processTag: string
  readonly listens: readonly ProxyListener[]
}

export interface ProxyListener {
  readonly address: string
  readonly port: number
  /** Link-local addresses are bound to a device. */
  readonly device?: string
}

/** The haproxy of every place in the cloud that has a metadata proxy. */
export function metadataProxiesOf(cloud: Cloud, facts: MachineFacts): readonly MetadataProxy[] {
  return proxyPlacesOf(cloud, facts).map(place => proxyAt(cloud, facts, place))
}

function proxyAt(cloud: Cloud, { user, group }: MachineFacts, place: ProxyPlace): MetadataProxy {
  const { owner, namespace, sends, bind, ipv6Bind } = place
  const { state_path, release, metadata_agent } = cloud.neutron
  const configPath = `${state_path}/ns-metadata-proxy/${sends.id}.conf`
  const pidFile = `${state_path}/external/pids/${sends.id}.pid.haproxy`
  const { metadata_proxy_socket: metadataProxySocket } = metadata_agent
  const rateLimits = rateLimitsOf(cloud)
  const config = { sends, bind, ipv6Bind, rateLimits, user, group, pidFile, metadataProxySocket }
  return {
    id: sends.id,
    namespace,
    configPath,
    config: renderHaproxyConfig(config, neutronRelease(release).haproxy),
    pidFile,
    argv: ['haproxy', '-f', configPath],
    processTag: `haproxy-${sends.id}`,
    owner,
    listens: [bind, ...(ipv6Bind === null ? [] : [{ ...ipv6Bind, port: bind.port }])],
  }
}
