import type { Cloud, Network, Port } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { ipv6MetadataAddress } from './metadata-decisions.ts'
import { dhcpPortOf, portsOf } from './network-ports.ts'

/**
 * fe80::a9fe:a9fe as the DHCP port of this cloud's agent bears it, with its prefix length, and as its proxy serves it
 * where one runs; null for none. That exactly one DHCP port is the agent's own and up, as Neutron asks besides
 * (`_is_port_on_this_agent`, in the last point release of every branch since Victoria), always holds here.
 */
export function ownIpv6MetadataAddress(
  cloud: Cloud,
  network: Network,
  facts: MachineFacts,
): string | null {
  const isOwn = dhcpPortOf(cloud, network)?.id === ipv6MetadataPortOf(cloud, network)?.id
  return isOwn ? ipv6MetadataAddress(cloud, network, facts) : null
}

/**
 * Of several DHCP ports of a network the one that has fe80::a9fe:a9fe: that of the agent which was there first. The
 * others' agents find that duplicate address detection fails, delete the address and serve IPv4 alone
 * (`spawn_monitored_metadata_proxy`). Who was first is not in the database; here it is the port with the lowest id, which
 * every agent's view of the cloud tells alike. On a network where no proxy runs Neutron leaves the useless address at
 * the others, marked `dadfailed`; here they never have it.
 */
export function ipv6MetadataPortOf(cloud: Cloud, network: Network): Port | undefined {
  return portsOf(cloud, network)
    .filter(({ device_owner }) => device_owner === 'network:dhcp')
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))[0]
}
