import { formatAddress } from '../topology/ip.ts'
import type { Topology } from '../topology/schema.ts'
import {
  gatewayOf,
  poolsOf,
  rangeOf,
  type TopologyNetwork,
  type TopologySubnet,
} from '../topology/subnet-defaults.ts'
import type { Network, Subnet } from './cloud.ts'
import { deriveId } from './derive-id.ts'

/** The topology's networks with their subnets, everything settled. */
export function deriveNetworks(lab: string, project_id: string, topology: Topology): Network[] {
  return Object.entries(topology.networks).map(([name, network]) => {
    const id = network.id ?? deriveId(lab, `network/${name}`)
    const type = network['provider:network_type'] ?? defaultType(network)
    return {
      id,
      name,
      project_id: network.project_id ?? project_id,
      mtu: network.mtu ?? defaultMtus[type],
      'router:external': network['router:external'],
      'provider:network_type': type,
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

function defaultType(network: TopologyNetwork): Network['provider:network_type'] {
  return network['router:external'] ? 'flat' : 'vxlan'
}

/** What is left of `global_physnet_mtu` 1500 under an IPv4 underlay: ml2's type drivers. */
const defaultMtus = { flat: 1500, vlan: 1500, local: 1500, vxlan: 1450, geneve: 1450, gre: 1458 }
