import type { Cloud, Network, Router } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { servesIpv6Metadata } from './ipv6-metadata.ts'
import { metadataAddress, metadataAddressIpv6, metadataPort } from './metadata-address.ts'
import { proxyOfDhcpNamespace } from './metadata-decisions.ts'
import { dhcpNamespace, routerNamespace, tapDevice } from './names.ts'
import { dhcpPortOf } from './network-ports.ts'
import { neutronRelease } from './release.ts'

/** Where an agent starts a metadata proxy, whichever program that is. */
export interface ProxyPlace {
  readonly owner: 'neutron-dhcp-agent' | 'neutron-l3-agent'
  readonly namespace: string
  /** The network or the router whose id the proxy sends. */
  readonly sends: { readonly header: 'network' | 'router'; readonly id: string }
  readonly bind: { readonly address: string; readonly port: number }
  /** Link-local addresses are bound to a device. */
  readonly ipv6Bind: { readonly address: string; readonly device: string } | null
}

/** Every place of a metadata proxy in the cloud: qdhcp's in network order, then qrouter's in router order. */
export function proxyPlacesOf(cloud: Cloud, facts: MachineFacts): readonly ProxyPlace[] {
  return [...dhcpProxyPlaces(cloud, facts), ...routerProxyPlaces(cloud, facts)].filter(
    isFirstOfItsId,
  )
}

/** Where the DHCP agent starts a proxy: in qdhcp of the networks of its view, in their order. */
export function dhcpProxyPlaces(view: Cloud, facts: MachineFacts): readonly ProxyPlace[] {
  return view.networks.flatMap(network => placeInDhcpNamespace(view, network, facts))
}

/** Where the L3 agent starts a proxy: in qrouter of the routers of its view, in their order. */
export function routerProxyPlaces(view: Cloud, facts: MachineFacts): readonly ProxyPlace[] {
  return view.routers.flatMap(router => placeInRouterNamespace(view, router, facts))
}

/**
 * With enable_metadata_network a proxy in qdhcp goes by the router's id. The second agent to start one of that id finds
 * the first's pid file and leaves it at that.
 */
function isFirstOfItsId(place: ProxyPlace, position: number, all: readonly ProxyPlace[]) {
  return all.findIndex(({ sends }) => sends.id === place.sends.id) === position
}

function placeInDhcpNamespace(cloud: Cloud, network: Network, facts: MachineFacts): ProxyPlace[] {
  const port = dhcpPortOf(cloud, network)
  const { runs, sends } = proxyOfDhcpNamespace(cloud, network)
  if (port === undefined || !runs) return []
  return [
    {
      owner: 'neutron-dhcp-agent',
      namespace: dhcpNamespace(network.id),
      sends,
      bind: { address: metadataAddress, port: metadataPort },
      ipv6Bind: servesIpv6Metadata(cloud, network, facts)
        ? { address: metadataAddressIpv6, device: tapDevice(port.id) }
        : null,
    },
  ]
}

function placeInRouterNamespace(cloud: Cloud, router: Router, facts: MachineFacts): ProxyPlace[] {
  const { enable_metadata_proxy, metadata_port } = cloud.neutron.l3_agent
  if (!enable_metadata_proxy) return []
  const { ipv6Metadata } = neutronRelease(cloud.neutron.release)
  return [
    {
      owner: 'neutron-l3-agent',
      namespace: routerNamespace(router.id),
      sends: { header: 'router', id: router.id },
      bind: { address: ipv6Metadata && facts.ipv6 ? '::' : '0.0.0.0', port: metadata_port },
      ipv6Bind: null,
    },
  ]
}
