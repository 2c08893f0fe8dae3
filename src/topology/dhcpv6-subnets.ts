import { findNetwork } from './find-network.ts'
import { parseCidr } from './ip.ts'
import type { Topology } from './schema.ts'

interface Dhcpv6Subnet {
  readonly cidr: string
  readonly enable_dhcp: boolean
  readonly ipv6_ra_mode?: string | null
  readonly ipv6_address_mode?: string | null
}

type MechanismDriver = Topology['neutron']['mechanism_driver']

/**
 * Whether DHCPv6 is answered on a subnet. By a network's dnsmasq with `ipv6_address_mode` stateful or stateless, or with
 * neither mode set, and no prefix shorter than 64: `Dnsmasq._build_cmdline_callback` of neutron/agent/linux/dhcp.py, all
 * releases; with `ipv6_ra_mode` alone the DHCPv6 server is somebody else's, and here there is none. By OVN with any
 * `ipv6_address_mode` but slaac: `is_dhcp_options_ignored` of neutron/common/ovn/utils.py; what stands for it here takes no
 * prefix shorter than 64.
 */
export function isServedByDhcpv6(subnet: Dhcpv6Subnet, driver: MechanismDriver): boolean {
  const range = parseCidr(subnet.cidr)
  if (range?.version !== 6 || range.prefix < 64 || !subnet.enable_dhcp) return false
  const { ipv6_address_mode, ipv6_ra_mode } = subnet
  if (driver === 'ovn') return ipv6_address_mode !== 'slaac'
  return (ipv6_address_mode ?? ipv6_ra_mode ?? null) === null || isDhcpv6(ipv6_address_mode)
}

function isDhcpv6(mode: string | null | undefined): boolean {
  return mode === 'dhcpv6-stateful' || mode === 'dhcpv6-stateless'
}

/** Whether instances or guests are on a network where DHCPv6 is answered: they take a client of it. */
export function hasDhcpv6Guests({ instances, guests, ...topology }: Topology): boolean {
  const machines: readonly Machine[] = [...Object.values(instances), ...Object.values(guests)]
  const names = new Set(machines.flatMap(({ networks }) => networks.map(({ name }) => name)))
  const { mechanism_driver } = topology.neutron
  return Array.from(names).some(name =>
    findNetwork(topology, name)?.subnets.some(subnet => isServedByDhcpv6(subnet, mechanism_driver)),
  )
}

interface Machine {
  readonly networks: readonly { readonly name: string }[]
}
