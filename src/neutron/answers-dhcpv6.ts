import type { Cloud, Subnet } from '../cloud/cloud.ts'
import { isServedByDhcpv6 } from '../topology/dhcpv6-subnets.ts'
import { neutronRelease } from './release.ts'

/**
 * Whether guests get an answer by DHCPv6 on a subnet: it is served, and dnsmasq takes the hosts that it is told of. Havana
 * writes their IPv6 addresses without brackets (`_output_hosts_file` of neutron/agent/linux/dhcp.py), which dnsmasq passes
 * over.
 */
export function answersDhcpv6({ neutron }: Pick<Cloud, 'neutron'>, subnet: Subnet): boolean {
  return (
    isServedByDhcpv6(subnet, neutron.mechanism_driver) &&
    neutronRelease(neutron.release).dnsmasq.ipv6Brackets
  )
}
