import type { Cloud, Port, Subnet } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { canonicalAddress, parseCidr } from '../topology/ip.ts'
import { subnetOf } from './network-ports.ts'
import type { AgentAddress } from './routes.ts'

/** A port's fixed IPs with their subnets' prefix lengths, in the port's order; IPv6 only where the machine has it. */
export function addressesOf(
  cloud: Cloud,
  port: Port,
  { ipv6 }: MachineFacts,
  wanted: (subnet: Subnet) => boolean = () => true,
): readonly AgentAddress[] {
  return port.fixed_ips
    .map(({ subnet_id, ip_address }) => ({ subnet: subnetOf(cloud, subnet_id), ip_address }))
    .filter(({ subnet }) => wanted(subnet) && (ipv6 || subnet.ip_version === 4))
    .map(({ subnet, ip_address }) => ({
      address: `${canonicalAddress(ip_address)}/${prefixOf(subnet)}`,
      family: subnet.ip_version,
    }))
}

function prefixOf({ id, cidr }: Subnet): number {
  const range = parseCidr(cidr)
  if (range === undefined) throw new Error(`Subnet ${id} has "${cidr}" for a CIDR`)
  return range.prefix
}
