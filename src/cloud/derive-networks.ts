import { formatAddress } from '../topology/ip.ts'
import { isSegmented, type NetworkType, networkTypeOf } from '../topology/network-type.ts'
import { isSince, type ReleaseName } from '../topology/release-names.ts'
import type { Topology } from '../topology/schema.ts'
import { gatewayOf, poolsOf, rangeOf, type TopologySubnet } from '../topology/subnet-defaults.ts'
import type { Cloud, Network, Subnet } from './cloud.ts'
import { deriveId } from './derive-id.ts'

/** The topology's networks with their subnets, everything settled. */
export function deriveNetworks(
  lab: string,
  project_id: string,
  topology: Topology,
  standing: Cloud | null,
  release: ReleaseName,
): Network[] {
  const segments = segmentationIds(lab, topology, standing)
  return Object.entries(topology.networks).map(([name, network]) => {
    const id = network.id ?? deriveId(lab, `network/${name}`)
    const type = networkTypeOf(network, topology)
    return {
      id,
      name,
      project_id: network.project_id ?? project_id,
      mtu: network.mtu ?? defaultMtu(type, topology, release),
      'router:external': network['router:external'],
      'provider:network_type': type,
      'provider:segmentation_id': segments.get(name) ?? null,
      subnets: network.subnets.map(subnet => deriveSubnet(lab, name, id, subnet)),
    }
  })
}

/** The id of a subnet, derived from its CIDR because a network has each only once. */
export function subnetId(lab: string, networkName: string, subnet: TopologySubnet): string {
  return subnet.id ?? deriveId(lab, `network/${networkName}/subnet/${subnet.cidr}`)
}

function deriveSubnet(
  lab: string,
  networkName: string,
  network_id: string,
  subnet: TopologySubnet,
): Subnet {
  return {
    id: subnetId(lab, networkName, subnet),
    name: subnet.name,
    network_id,
    ip_version: rangeOf(subnet).version,
    cidr: subnet.cidr,
    gateway_ip: gatewayOf(subnet),
    enable_dhcp: subnet.enable_dhcp,
    dns_nameservers: subnet.dns_nameservers,
    host_routes: subnet.host_routes,
    allocation_pools: poolsOf(subnet).map(({ version, first, last }) => ({
      start: formatAddress({ version, value: first }),
      end: formatAddress({ version, value: last }),
    })),
    ipv6_ra_mode: subnet.ipv6_ra_mode ?? null,
    ipv6_address_mode: subnet.ipv6_address_mode ?? null,
    advanced_service_providers: subnet.advanced_service_providers,
  }
}

/** Those that the file gives, those that stand, and else one from the network's id, the next one where that is taken. */
function segmentationIds(
  lab: string,
  topology: Topology,
  standing: Cloud | null,
): Map<string, number> {
  const before = new Map(
    (standing?.networks ?? []).map(network => [network.name, network['provider:segmentation_id']]),
  )
  const segments = new Map<string, number>()
  const taken = new Set<number>()
  const take = (name: string, id: number) => {
    segments.set(name, id)
    taken.add(id)
  }
  const segmented = Object.entries(topology.networks).filter(([, network]) =>
    isSegmented(networkTypeOf(network, topology)),
  )
  for (const [name, network] of segmented) {
    const given = network['provider:segmentation_id']
    if (given !== undefined) take(name, given)
  }
  for (const [name, network] of segmented) {
    const stood = before.get(name) ?? null
    const canBe = networkTypeOf(network, topology) === 'vlan' ? MOST_SEGMENTS : Infinity
    const isFree = stood !== null && stood <= canBe && !taken.has(stood)
    if (!segments.has(name) && isFree) take(name, stood)
  }
  for (const [name] of segmented) {
    if (segments.has(name)) continue
    let id = (Number.parseInt(deriveId(lab, `segment/${name}`).slice(0, 8), 16) % MOST_SEGMENTS) + 1
    while (taken.has(id)) id = (id % MOST_SEGMENTS) + 1
    take(name, id)
  }
  return segments
}

/** Tags that vlans can have, so that a network may change its type. */
const MOST_SEGMENTS = 4094

/**
 * OVN does not start with a `max_header_size` of geneve below 38, instead of 30. Up to Liberty networks have no MTU that
 * Neutron knows, since `segment_mtu` and `path_mtu` are 0: devices keep the 1500 that the kernel gives them, tunnel or not.
 */
function defaultMtu(type: NetworkType, { neutron }: Topology, release: ReleaseName): number {
  if (!isSince(release, 'mitaka')) return 1500
  return type === 'geneve' && neutron.mechanism_driver === 'ovn' ? 1442 : defaultMtus[type]
}

/** What is left of `global_physnet_mtu` 1500 under an IPv4 underlay: ml2's type drivers. */
const defaultMtus = { flat: 1500, vlan: 1500, local: 1500, vxlan: 1450, geneve: 1450, gre: 1458 }
