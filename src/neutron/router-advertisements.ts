import type { Cloud, Network, Port, Subnet } from '../cloud/cloud.ts'
import { eui64Address, parseCidr } from '../topology/ip.ts'
import { routerPortsOf } from './isolated-subnets.ts'
import { networkOf } from './network-ports.ts'
import { neutronRelease } from './release.ts'

/** The IPv6 subnets that a port has an address in, in the network's order. */
export function ipv6SubnetsOf(
  cloud: Cloud,
  port: Pick<Port, 'network_id' | 'fixed_ips'>,
): readonly Subnet[] {
  return networkOf(cloud, port.network_id).subnets.filter(
    ({ id, ip_version }) =>
      ip_version === 6 && port.fixed_ips.some(({ subnet_id }) => subnet_id === id),
  )
}

/**
 * What a router's port tells of its IPv6 subnets, which its `ipv6_ra_mode` says; under ML2/OVN the first
 * `ipv6_address_mode` does, for all of them, and without one it tells nothing:
 * `OVNClient._get_nets_and_ipv6_ra_confs_for_router_port`, and `build_ND_RA_flows_for_lrouter_port` of OVN's northd.
 */
export function advertisedSubnetsOf(
  cloud: Cloud,
  port: Pick<Port, 'network_id' | 'fixed_ips'>,
): readonly Subnet[] {
  const subnets = ipv6SubnetsOf(cloud, port)
  if (cloud.neutron.mechanism_driver === 'openvswitch') return subnets
  const mode = subnets.find(
    ({ ipv6_address_mode }) => ipv6_address_mode !== null,
  )?.ipv6_address_mode
  return mode === undefined ? [] : subnets.map(subnet => ({ ...subnet, ipv6_ra_mode: mode }))
}

/** The routers' ports from which a network gets router advertisements, and from each a default route. */
export function advertisingPortsOf(cloud: Cloud, network: Network): readonly Port[] {
  if (!neutronRelease(cloud.neutron.release).radvd.runs) return []
  return routerPortsOf(cloud, network).filter(port => advertisedSubnetsOf(cloud, port).length > 0)
}

/** The address that the kernel gives a device itself, which its router advertisements come from. */
export function linkLocalAddress({ mac_address }: Pick<Port, 'mac_address'>): string {
  const range = parseCidr('fe80::/64')
  if (range === undefined) throw new TypeError('fe80::/64 is a CIDR')
  return eui64Address(range, mac_address)
}
