import type { Cloud, Network, Subnet } from '../cloud/cloud.ts'
import { neutronRelease } from './release.ts'

/** A network's subnets as the DHCP agent of its release knows them, in the network's order. */
export function knownSubnets(cloud: Cloud, network: Network): readonly Subnet[] {
  const { ipv6Modes } = neutronRelease(cloud.neutron.release).dnsmasq
  if (ipv6Modes) return network.subnets
  return network.subnets.map(subnet => ({
    ...subnet,
    ipv6_ra_mode: null,
    ipv6_address_mode: null,
  }))
}

/** What ties a subnet's ranges to its options; without `tag:` or `set:`. `Dnsmasq._TAG_PREFIX`. */
export function subnetTag(cloud: Cloud, network: Network, { id }: Subnet): string {
  const { tags } = neutronRelease(cloud.neutron.release).dnsmasq
  if (tags === 'subnet-id') return `subnet-${id}`
  return `tag${network.subnets.findIndex(subnet => subnet.id === id)}`
}
