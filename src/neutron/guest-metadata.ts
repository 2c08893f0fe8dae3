import type { Cloud } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import { isIsolated } from './isolated-subnets.ts'
import { metadataAddress, metadataAddressIpv6 } from './metadata-address.ts'
import { proxyOfDhcpNamespace } from './metadata-decisions.ts'
import { neutronRelease } from './release.ts'
import { whyNoMetadata } from './why-no-metadata.ts'

/**
 * Where a guest asks for metadata: at 169.254.169.254, or with IPv6 addresses alone at the link-local one by its first
 * NIC, as cloud-init does, if its Neutron has that. curl's form.
 */
export function metadataUrlOf(cloud: Cloud, guest: Pick<Guest, 'nics'>): string {
  const { ipv6Metadata } = neutronRelease(cloud.neutron.release)
  return hasIpv6Alone(guest) && ipv6Metadata
    ? `http://[${metadataAddressIpv6}%25eth0]`
    : `http://${metadataAddress}`
}

/** Why Neutron leaves a guest without metadata, a line each of its networks; empty where it should have it. */
export function whyNoMetadataFor(cloud: Cloud, guest: Pick<Guest, 'nics'>): readonly string[] {
  const { release } = cloud.neutron
  if (hasIpv6Alone(guest) && !neutronRelease(release).ipv6Metadata)
    return [
      `It has IPv6 addresses alone, and Neutron ${release} serves metadata by IPv4; IPv6 came with Victoria.`,
    ]
  const networks = cloud.networks.filter(({ id }) =>
    guest.nics.some(({ network_id }) => network_id === id),
  )
  const unserved = networks.flatMap(network => whyNoMetadata(cloud, network) ?? [])
  if (unserved.length > 0 || !hasIpv6Alone(guest)) return unserved
  return networks.some(network => reachesByIpv6(cloud, network, guest)) ? [] : [NO_ROUTE]
}

const NO_ROUTE =
  'Its IPv6 addresses are static. The router that serves metadata tells the way to fe80::a9fe:a9fe in its advertisements, which such a guest does not take.'

/** On the link, where qdhcp serves; a router's way is told to those that take its advertisements. */
function reachesByIpv6(
  cloud: Cloud,
  network: Cloud['networks'][number],
  { nics }: Pick<Guest, 'nics'>,
): boolean {
  if (proxyOfDhcpNamespace(cloud, network).runs) return true
  const own = nics.flatMap(({ fixed_ips }) => fixed_ips.map(({ subnet_id }) => subnet_id))
  return network.subnets.some(
    subnet => own.includes(subnet.id) && subnet.enable_dhcp && !isIsolated(cloud, subnet),
  )
}

function hasIpv6Alone({ nics }: Pick<Guest, 'nics'>): boolean {
  return nics.every(({ fixed_ips }) =>
    fixed_ips.every(({ ip_address }) => ip_address.includes(':')),
  )
}
