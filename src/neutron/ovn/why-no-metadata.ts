import type { Cloud, Network } from '../../cloud/cloud.ts'
import type { Guest } from '../../cloud/guest.ts'
import { ovnMetadataPortOf } from './metadata-port.ts'
import { ovnHas } from './release.ts'

/**
 * Why ML2/OVN leaves a guest without metadata, a line each of its networks; empty where it should have it. By IPv4 the
 * metadata port answers on subnets that it has an address in, which are those with DHCP; by IPv6 on the link.
 */
export function whyNoOvnMetadata(cloud: Cloud, { nics }: Pick<Guest, 'nics'>): readonly string[] {
  const { release } = cloud.neutron
  const addresses = nics.flatMap(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address))
  if (addresses.every(address => address.includes(':')))
    return ovnHas(release, 'ipv6Metadata')
      ? []
      : [
          `It has IPv6 addresses alone, and ML2/OVN of ${release} serves metadata by IPv4; IPv6 came with 2024.1.`,
        ]
  const subnets = new Set(
    nics.flatMap(({ fixed_ips }) => fixed_ips.map(({ subnet_id }) => subnet_id)),
  )
  const networks = cloud.networks.filter(({ id }) =>
    nics.some(({ network_id }) => network_id === id),
  )
  return networks.some(network => isServed(cloud, network, subnets))
    ? []
    : networks.map(
        ({ name }) =>
          `ML2/OVN serves none on network ${name}: its metadata port has addresses of IPv4 subnets with DHCP, and the guest none of theirs`,
      )
}

function isServed(cloud: Cloud, network: Network, subnets: ReadonlySet<string>): boolean {
  const { fixed_ips = [] } = ovnMetadataPortOf(cloud, network) ?? {}
  return fixed_ips.some(
    ({ subnet_id, ip_address }) => subnets.has(subnet_id) && !ip_address.includes(':'),
  )
}
