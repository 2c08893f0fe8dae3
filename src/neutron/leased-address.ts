import type { Cloud, Subnet } from '../cloud/cloud.ts'
import { isMetadataSubnet, metadataAddressOfDhcpPorts } from './metadata-decisions.ts'
import { neutronRelease } from './release.ts'

/**
 * An IPv4 address as dnsmasq leases it, with the prefix length of its option 1. Until Ocata Neutron names no netmask in
 * `--dhcp-range` (neutron/agent/linux/dhcp.py), and dnsmasq takes that of its port's address in whose network the range
 * lies, of several the last (dnsmasq's dhcp.c, complete_context): for a subnet inside 169.254.0.0/16 that of the metadata
 * address, where the port bears it.
 */
export function leasedAddress(cloud: Cloud, subnet: Subnet, address: string): string {
  const own = `${address}${subnet.cidr.slice(subnet.cidr.indexOf('/'))}`
  if (neutronRelease(cloud.neutron.release).dnsmasq.netmask || !isMetadataSubnet(subnet)) return own
  const prefix = metadataAddressOfDhcpPorts(cloud)?.split('/')[1]
  return prefix === undefined ? own : `${address}/${prefix}`
}
