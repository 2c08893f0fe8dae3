import type { Cloud } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import { dhcpGatewayOf, metadataAnswer, metadataNexthop } from './metadata-decisions.ts'
import { neutronRelease } from './release.ts'

/**
 * The next hop to 169.254.169.254 that a guest's next lease brings, where that serves it and the one it has (`via`, null
 * for none) is another; null where renewing changes nothing. Nothing is said of releases up to Liberty, whose DHCP agents
 * may not know what the cloud has, nor of ML2/OVN.
 */
export function nexthopOfNewLease(
  cloud: Cloud,
  { nics }: Pick<Guest, 'nics'>,
  via: string | null,
): string | null {
  const { mechanism_driver, release } = cloud.neutron
  if (mechanism_driver === 'ovn' || !neutronRelease(release).hearsRouterPorts) return null
  const leased = new Set(
    nics
      .filter(({ has_port }) => has_port)
      .flatMap(({ fixed_ips }) => fixed_ips.map(({ subnet_id }) => subnet_id)),
  )
  const nexthops = cloud.networks
    .flatMap(({ subnets }) => subnets)
    .filter(({ id, ip_version, enable_dhcp }) => leased.has(id) && ip_version === 4 && enable_dhcp)
    .filter(subnet => metadataAnswer(cloud, subnet).by !== null)
    .map(subnet => metadataNexthop(cloud, subnet).nexthop ?? dhcpGatewayOf(cloud, subnet))
  return nexthops.includes(via) ? null : (nexthops[0] ?? null)
}
