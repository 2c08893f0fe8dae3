import type { Cloud } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import { metadataAddress, metadataAddressIpv6 } from './metadata-address.ts'
import { proxyOfDhcpNamespace, proxyOfRouterNamespace } from './metadata-decisions.ts'
import { ovnHas } from './ovn/release.ts'
import { whyNoOvnMetadata } from './ovn/why-no-metadata.ts'
import { neutronRelease } from './release.ts'
import { advertisingPortsOf, ipv6SubnetsOf } from './router-advertisements.ts'
import { whyNoMetadata } from './why-no-metadata.ts'

/**
 * Where a guest asks for metadata: at 169.254.169.254, or with IPv6 addresses alone at the link-local one by its first
 * NIC, as cloud-init does, if its Neutron has that. curl's form.
 */
export function metadataUrlOf(cloud: Cloud, guest: Pick<Guest, 'nics'>): string {
  return hasIpv6Alone(guest) && hasIpv6Metadata(cloud)
    ? `http://[${metadataAddressIpv6}%25eth0]`
    : `http://${metadataAddress}`
}

function hasIpv6Metadata({ neutron }: Cloud): boolean {
  return neutron.mechanism_driver === 'ovn'
    ? ovnHas(neutron.release, 'ipv6Metadata')
    : neutronRelease(neutron.release).ipv6Metadata
}

/** Why Neutron leaves a guest without metadata, a line each of its networks; empty where it should have it. */
export function whyNoMetadataFor(cloud: Cloud, guest: Pick<Guest, 'nics'>): readonly string[] {
  if (cloud.neutron.mechanism_driver === 'ovn') return whyNoOvnMetadata(cloud, guest)
  if (hasIpv6Alone(guest)) return whyNoMetadataByIpv6(cloud, guest)
  return cloud.networks
    .filter(({ id }) => guest.nics.some(({ network_id }) => network_id === id))
    .flatMap(network => whyNoMetadata(cloud, network) ?? [])
}

/**
 * On its first NIC: qdhcp answers on the link, and a router where the guest takes its advertisements, with which the route
 * to fe80::a9fe:a9fe comes.
 */
function whyNoMetadataByIpv6(cloud: Cloud, { nics: [nic] }: Pick<Guest, 'nics'>): string[] {
  const { release } = cloud.neutron
  if (!neutronRelease(release).ipv6Metadata)
    return [
      `It has IPv6 addresses alone, and Neutron ${release} serves metadata by IPv4; IPv6 came with Victoria.`,
    ]
  const network = cloud.networks.find(({ id }) => id === nic?.network_id)
  if (nic === undefined || network === undefined) return []
  const inQdhcp = proxyOfDhcpNamespace(cloud, network)
  if (inQdhcp.runs) return []
  const isRouted = advertisingPortsOf(cloud, network).length > 0
  const inQrouter = proxyOfRouterNamespace(cloud, { ipv6: true })
  if (!isRouted || inQrouter.bind === null)
    return [
      `Neutron serves none on network ${network.name}: ${[inQdhcp, ...(isRouted ? [inQrouter] : [])].map(({ why }) => why).join('; ')}`,
    ]
  const listens = nic.has_port && ipv6SubnetsOf(cloud, nic).some(({ enable_dhcp }) => enable_dhcp)
  return listens ? [] : [NO_ROUTE]
}

const NO_ROUTE =
  'Its IPv6 addresses are static. The router that serves metadata tells the way to fe80::a9fe:a9fe in its advertisements, which such a guest does not take.'

function hasIpv6Alone({ nics }: Pick<Guest, 'nics'>): boolean {
  return nics.every(({ fixed_ips }) =>
    fixed_ips.every(({ ip_address }) => ip_address.includes(':')),
  )
}
