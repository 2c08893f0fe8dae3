import type { Cloud, Network, Router } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { ownIpv6MetadataAddress } from './ipv6-metadata.ts'
import { metadataAddress, metadataAddressIpv6, metadataPort } from './metadata-address.ts'
import {
  proxiesOfSharedId,
  proxyOfDhcpNamespace,
  proxyOfRouterNamespace,
} from './metadata-decisions.ts'
import { dhcpNamespace, routerNamespace, tapDevice } from './names.ts'
import { dhcpPortOf } from './network-ports.ts'
import type { StandingProxies } from './standing-proxies.ts'

/** Where an agent starts a metadata proxy, whichever program that is. */
export interface ProxyPlace {
  readonly owner: 'neutron-dhcp-agent' | 'neutron-l3-agent' | 'neutron-ovn-metadata-agent'
  readonly namespace: string
  /** Names its files and process. */
  readonly id: string
  /** The network or the router whose id the proxy sends. */
  readonly sends: { readonly header: 'network' | 'router' | 'ovn-network'; readonly id: string }
  readonly bind: { readonly address: string; readonly port: number }
  /** Link-local addresses are bound to a device. */
  readonly ipv6Bind: { readonly address: string; readonly device: string } | null
}

/** Every place of a metadata proxy in the cloud: qdhcp's in network order, then qrouter's in router order. */
export function proxyPlacesOf(cloud: Cloud, facts: MachineFacts): readonly ProxyPlace[] {
  return proxyPlacesOn({ dhcp: cloud, l3: cloud, proxies: {} }, facts)
}

interface Views {
  readonly dhcp: Cloud
  readonly l3: Cloud
  readonly proxies: StandingProxies
}

/** The same on one host, of the views that its agents have. */
export function proxyPlacesOn(
  { dhcp, l3, proxies }: Views,
  facts: MachineFacts,
): readonly ProxyPlace[] {
  return [...dhcpProxyPlaces(dhcp, facts, proxies), ...routerProxyPlaces(l3, facts)].filter(
    isFirstOfItsId,
  )
}

/** Where the DHCP agent starts a proxy: in qdhcp of the networks of its view, in their order. */
export function dhcpProxyPlaces(
  view: Cloud,
  facts: MachineFacts,
  proxies: StandingProxies = {},
): readonly ProxyPlace[] {
  return view.networks.flatMap(network => placeInDhcpNamespace(view, network, facts, proxies))
}

/** Where the L3 agent starts a proxy: in qrouter of the routers of its view, in their order. */
export function routerProxyPlaces(view: Cloud, facts: MachineFacts): readonly ProxyPlace[] {
  return view.routers.flatMap(router => placeInRouterNamespace(view, router, facts))
}

/** With enable_metadata_network a proxy in qdhcp may go by the router's id, and only one of an id stays: decision (f). */
function isFirstOfItsId(place: ProxyPlace, position: number, all: readonly ProxyPlace[]) {
  return all.findIndex(({ id }) => id === place.id) === position
}

function placeInDhcpNamespace(
  cloud: Cloud,
  network: Network,
  facts: MachineFacts,
  proxies: StandingProxies,
): ProxyPlace[] {
  const port = dhcpPortOf(cloud, network)
  const { runs, sends } = proxyOfDhcpNamespace(cloud, network)
  if (port === undefined || !(proxies[network.id] ?? runs)) return []
  return [
    {
      owner: 'neutron-dhcp-agent',
      namespace: dhcpNamespace(network.id),
      id: proxiesOfSharedId(cloud) === 'both' ? network.id : sends.id,
      sends,
      bind: { address: metadataAddress, port: metadataPort },
      ipv6Bind:
        ownIpv6MetadataAddress(cloud, network, facts) === null
          ? null
          : { address: metadataAddressIpv6, device: tapDevice(port.id) },
    },
  ]
}

function placeInRouterNamespace(cloud: Cloud, router: Router, facts: MachineFacts): ProxyPlace[] {
  const { bind } = proxyOfRouterNamespace(cloud, facts)
  if (bind === null) return []
  return [
    {
      owner: 'neutron-l3-agent',
      namespace: routerNamespace(router.id),
      id: router.id,
      sends: { header: 'router', id: router.id },
      bind: { address: bind, port: cloud.neutron.l3_agent.metadata_port },
      ipv6Bind: null,
    },
  ]
}
