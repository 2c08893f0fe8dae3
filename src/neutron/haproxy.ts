import type { Cloud, Network, Router } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import type { HaproxyConfig } from './haproxy-config.ts'
import { renderHaproxyConfig } from './haproxy-config.ts'
import { servesIpv6Metadata } from './ipv6-metadata.ts'
import { metadataAddress, metadataAddressIpv6, metadataPort } from './metadata-address.ts'
import { proxyOfDhcpNamespace } from './metadata-decisions.ts'
import { dhcpNamespace, routerNamespace, tapDevice } from './names.ts'
import { dhcpPortOf } from './network-ports.ts'
import { neutronRelease } from './release.ts'

/** One haproxy that carries guests' requests out of a namespace to the agent's socket. */
export interface MetadataProxy {
  /** The network's or router's id that it sends; it names the files and the process, too. */
  readonly id: string
  readonly namespace: string
  readonly configPath: string
  readonly config: string
  readonly pidFile: string
  readonly argv: readonly ['haproxy', '-f', string]
  /** Value of PROCESS_TAG in its environment. */
  readonly processTag: string
  readonly owner: 'neutron-dhcp-agent' | 'neutron-l3-agent'
  readonly listens: readonly ProxyListener[]
}

export interface ProxyListener {
  readonly address: string
  readonly port: number
  /** Link-local addresses are bound to a device. */
  readonly device?: string
}

/** Every metadata proxy of the cloud: qdhcp's in network order, then qrouter's in router order. */
export function metadataProxiesOf(cloud: Cloud, facts: MachineFacts): readonly MetadataProxy[] {
  const candidates = [
    ...cloud.networks.flatMap(network => dhcpProxyOf(cloud, network, facts)),
    ...cloud.routers.flatMap(router => routerProxyOf(cloud, router, facts)),
  ]
  return candidates.filter(isFirstOfItsId)
}

/**
 * With enable_metadata_network a proxy in qdhcp goes by the router's id. The second agent to start one of that id finds
 * the first's pid file and leaves it at that.
 */
function isFirstOfItsId(proxy: MetadataProxy, position: number, all: readonly MetadataProxy[]) {
  return all.findIndex(({ id }) => id === proxy.id) === position
}

function dhcpProxyOf(cloud: Cloud, network: Network, facts: MachineFacts): MetadataProxy[] {
  const port = dhcpPortOf(cloud, network)
  const { runs, sends } = proxyOfDhcpNamespace(cloud, network)
  if (port === undefined || !runs) return []
  const device = tapDevice(port.id)
  return [
    proxy(cloud, facts, {
      owner: 'neutron-dhcp-agent',
      namespace: dhcpNamespace(network.id),
      sends,
      bind: { address: metadataAddress, port: metadataPort },
      ipv6Bind: servesIpv6Metadata(cloud, network, facts)
        ? { address: metadataAddressIpv6, device }
        : null,
    }),
  ]
}

function routerProxyOf(cloud: Cloud, router: Router, facts: MachineFacts): MetadataProxy[] {
  const { enable_metadata_proxy, metadata_port } = cloud.neutron.l3_agent
  if (!enable_metadata_proxy) return []
  const { ipv6Metadata } = neutronRelease(cloud.neutron.release)
  return [
    proxy(cloud, facts, {
      owner: 'neutron-l3-agent',
      namespace: routerNamespace(router.id),
      sends: { header: 'router', id: router.id },
      bind: { address: ipv6Metadata && facts.ipv6 ? '::' : '0.0.0.0', port: metadata_port },
      ipv6Bind: null,
    }),
  ]
}

type Placed = Pick<HaproxyConfig, 'sends' | 'bind' | 'ipv6Bind'> &
  Pick<MetadataProxy, 'owner' | 'namespace'>

function proxy(cloud: Cloud, { user, group }: MachineFacts, placed: Placed): MetadataProxy {
  const { owner, namespace, sends, bind, ipv6Bind } = placed
  const { state_path, release, metadata_agent } = cloud.neutron
  const configPath = `${state_path}/ns-metadata-proxy/${sends.id}.conf`
  const pidFile = `${state_path}/external/pids/${sends.id}.pid.haproxy`
  const { metadata_proxy_socket: metadataProxySocket } = metadata_agent
  const config = { sends, bind, ipv6Bind, user, group, pidFile, metadataProxySocket }
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
