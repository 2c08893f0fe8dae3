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

/** The routers' ports from which a network gets router advertisements, and from each a default route. */
export function advertisingPortsOf(cloud: Cloud, network: Network): readonly Port[] {
  if (!neutronRelease(cloud.neutron.release).radvd.runs) return []
  return routerPortsOf(cloud, network).filter(port => ipv6SubnetsOf(cloud, port).length > 0)
}

/** The address that the kernel gives a device itself, which its router advertisements come from. */
export function linkLocalAddress({ mac_address }: Pick<Port, 'mac_address'>): string {
  const range = parseCidr('fe80::/64')
  if (range === undefined) throw new TypeError('fe80::/64 is a CIDR')
  return eui64Address(range, mac_address)
}
