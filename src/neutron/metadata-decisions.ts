import type { Cloud, Network, Subnet } from '../cloud/cloud.ts'
import { contains, parseCidr } from '../topology/ip.ts'
import { isIsolated, routerPortsOf } from './isolated-subnets.ts'
import { dhcpPortOf, networkOf } from './network-ports.ts'
import { neutronRelease } from './release.ts'

export interface ProxyDecision {
  readonly runs: boolean
  readonly why: string
  /** The header that haproxy sets: X-Neutron-Network-ID or X-Neutron-Router-ID. */
  readonly sends: { readonly header: 'network' | 'router'; readonly id: string }
}

export interface NexthopDecision {
  /** Null: no route to 169.254.169.254 goes into options 121 and 249. */
  readonly nexthop: string | null
  readonly why: string
}

/**
 * Decision (a): does a metadata proxy run in the network's qdhcp namespace, and as whom does it ask.
 * First matching row; `Dnsmasq.should_enable_metadata` and `DhcpAgent.enable_isolated_metadata_proxy`.
 */
export function proxyOfDhcpNamespace(cloud: Cloud, network: Network): ProxyDecision {
  const facts = proxyFactsOf(cloud, network)
  const row = proxyRows.find(({ when }) => when(facts)) ?? otherwiseNoProxy
  return { runs: row.runs, why: row.why, sends: senderOf(facts) }
}

/**
 * Decision (b): which next hop DHCP advertises for 169.254.169.254/32 on a subnet.
 * First matching row; `Dnsmasq._generate_opts_per_subnet`.
 */
export function metadataNexthop(cloud: Cloud, subnet: Subnet): NexthopDecision {
  const facts = nexthopFactsOf(cloud, subnet)
  const row = nexthopRows.find(({ when }) => when(facts)) ?? otherwiseNoRoute
  return { nexthop: row.nexthop(facts), why: row.why }
}

/** A subnet's gateway as DHCP sees it: `gateway_ip`, else what a host route to everywhere names. */
export function dhcpGatewayOf(subnet: Subnet): string | null {
  const everywhere = subnet.host_routes.find(route => route.destination === '0.0.0.0/0')
  return subnet.gateway_ip ?? everywhere?.nexthop ?? null
}

interface ProxyFacts {
  readonly cloud: Cloud
  readonly network: Network
  readonly options: Cloud['neutron']['dhcp_agent']
  /** DHCP subnets of the IP versions that count in this release. */
  readonly dhcpSubnets: readonly Subnet[]
  readonly hasDhcpPort: boolean
}

function proxyFactsOf(cloud: Cloud, network: Network): ProxyFacts {
  const { proxyCountsIpv6Subnets } = neutronRelease(cloud.neutron.release)
  return {
    cloud,
    network,
    options: cloud.neutron.dhcp_agent,
    dhcpSubnets: network.subnets.filter(
      subnet => subnet.enable_dhcp && (proxyCountsIpv6Subnets || subnet.ip_version === 4),
    ),
    hasDhcpPort: dhcpPortOf(cloud, network) !== undefined,
  }
}

interface ProxyRow {
  readonly when: (facts: ProxyFacts) => boolean
  readonly runs: boolean
  readonly why: string
}

const proxyRows: readonly ProxyRow[] = [
  {
    when: ({ hasDhcpPort }) => !hasDhcpPort,
    runs: false,
    why: 'the network has no DHCP port, so there is no qdhcp namespace',
  },
  {
    when: ({ dhcpSubnets }) => dhcpSubnets.length === 0,
    runs: false,
    why: 'no subnet that counts in this release has enable_dhcp',
  },
  {
    when: ({ options }) => options.force_metadata,
    runs: true,
    why: 'force_metadata is on',
  },
  {
    when: ({ options }) => !options.enable_isolated_metadata,
    runs: false,
    why: 'enable_isolated_metadata is off',
  },
  {
    when: ({ options, network }) => options.enable_metadata_network && hasMetadataSubnet(network),
    runs: true,
    why: 'enable_metadata_network is on and a subnet lies in 169.254.0.0/16',
  },
  {
    when: ({ cloud, dhcpSubnets }) => dhcpSubnets.some(subnet => isIsolated(cloud, subnet)),
    runs: true,
    why: 'enable_isolated_metadata is on and a DHCP subnet is isolated: no router holds its gateway_ip',
  },
]

const otherwiseNoProxy: ProxyRow = {
  when: () => true,
  runs: false,
  why: 'every DHCP subnet has a router on its gateway_ip',
}

function hasMetadataSubnet(network: Network): boolean {
  return network.subnets.some(subnet => {
    const range = parseCidr(subnet.cidr)
    if (range === undefined) return false
    const { version, first, last } = range
    return [first, last].every(value => contains(linkLocal, { version, value }))
  })
}

const linkLocal = { version: 4, first: 0xa9fe0000n, last: 0xa9feffffn } as const

function senderOf({ cloud, network, options }: ProxyFacts): ProxyDecision['sends'] {
  const [routerPort] = routerPortsOf(cloud, network)
  return options.enable_metadata_network && routerPort !== undefined && hasMetadataSubnet(network)
    ? { header: 'router', id: routerPort.device_id }
    : { header: 'network', id: network.id }
}

interface NexthopFacts {
  readonly subnet: Subnet
  readonly options: Cloud['neutron']['dhcp_agent']
  readonly isolated: boolean
  readonly gateway: string | null
  /** The DHCP port's own address in the subnet. */
  readonly dhcpAddress: string | null
}

function nexthopFactsOf(cloud: Cloud, subnet: Subnet): NexthopFacts {
  const port = dhcpPortOf(cloud, networkOf(cloud, subnet.network_id))
  const fixed = port?.fixed_ips.find(candidate => candidate.subnet_id === subnet.id)
  return {
    subnet,
    options: cloud.neutron.dhcp_agent,
    isolated: isIsolated(cloud, subnet),
    gateway: dhcpGatewayOf(subnet),
    dhcpAddress: fixed?.ip_address ?? null,
  }
}

interface NexthopRow {
  readonly when: (facts: NexthopFacts) => boolean
  readonly nexthop: (facts: NexthopFacts) => string | null
  readonly why: string
}

const nexthopRows: readonly NexthopRow[] = [
  {
    when: ({ subnet }) => subnet.ip_version === 6,
    nexthop: () => null,
    why: 'IPv6 guests find fe80::a9fe:a9fe on the link',
  },
  {
    when: ({ subnet }) => !subnet.enable_dhcp,
    nexthop: () => null,
    why: 'the subnet has no DHCP',
  },
  {
    when: ({ options }) => options.force_metadata,
    nexthop: ({ dhcpAddress }) => dhcpAddress,
    why: 'force_metadata is on: the DHCP port answers',
  },
  {
    when: ({ options, isolated }) => isolated && options.enable_isolated_metadata,
    nexthop: ({ dhcpAddress }) => dhcpAddress,
    why: 'the subnet is isolated and enable_isolated_metadata is on: the DHCP port answers',
  },
  {
    when: ({ isolated, gateway }) => !isolated && gateway !== null,
    nexthop: ({ gateway }) => gateway,
    why: 'a router holds the gateway_ip: the router answers',
  },
]

const otherwiseNoRoute: NexthopRow = {
  when: () => true,
  nexthop: () => null,
  why: 'the subnet is isolated and enable_isolated_metadata is off',
}
