import type { Cloud, Network, Port, Router, Subnet } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { contains, parseCidr } from '../topology/ip.ts'
import { carriesIpv6 } from './carries-ipv6.ts'
import { addressTable, ipv6AddressTable } from './decisions/address-tables.ts'
import { type Answerer, answerTable } from './decisions/answer-table.ts'
import { type NexthopFacts, nexthopTable } from './decisions/nexthop-table.ts'
import { type ProxyFacts, proxyTable } from './decisions/proxy-table.ts'
import { type RouterBind, routerTable } from './decisions/router-table.ts'
import { type Sender, senderTable } from './decisions/sender-table.ts'
import { type SharedId, sharedIdTable } from './decisions/shared-id-table.ts'
import { decide } from './decisions/table.ts'
import { isIsolated, routerPortsOf } from './isolated-subnets.ts'
import { dhcpPortOf, networkOf, portsOf } from './network-ports.ts'
import { ovnMetadataPortOf } from './ovn/metadata-port.ts'
import { neutronRelease } from './release.ts'

/**
 * What Neutron's agents decide about metadata, each by the table in decisions/ that docs/metadata-path.md shows. A cloud
 * given is what the agent knows: the whole one, or its view.
 */

export interface ProxyDecision {
  readonly runs: boolean
  readonly why: string
  readonly sends: Sender
  /** What the agent logs as a warning when it starts the proxy. */
  readonly warning: string | null
}

/** Decision (a): does a metadata proxy run in the network's qdhcp namespace, and as whom does it ask. */
export function proxyOfDhcpNamespace(cloud: Cloud, network: Network): ProxyDecision {
  const facts = proxyFactsOf(cloud, network)
  const { row, outcome } = decide(proxyTable, facts)
  return {
    runs: outcome,
    why: row.why,
    sends: decide(senderTable, facts).outcome,
    warning: outcome ? severalRouters(facts) : null,
  }
}

/** In the words of `DhcpAgent.enable_isolated_metadata_proxy`; Havana says them of metadata networks alone. */
function severalRouters(facts: ProxyFacts): string | null {
  const { release, options, routerPorts, hasMetadataSubnet } = facts
  const [first] = routerPorts
  const asks = options.enable_metadata_network && (release.proxyNeedsIsolation || hasMetadataSubnet)
  if (!asks || first === undefined || routerPorts.length === 1) return null
  return `${routerPorts.length} router ports found on the metadata access network. Only the port ${first.id}, for router ${first.device_id} will be considered`
}

export interface NexthopDecision {
  /** Null: no route to 169.254.169.254 goes into options 121 and 249. */
  readonly nexthop: string | null
  readonly why: string
}

/** Decision (b): which next hop DHCP advertises for 169.254.169.254/32 on a subnet. */
export function metadataNexthop(cloud: Cloud, subnet: Subnet): NexthopDecision {
  const { row, outcome } = decide(nexthopTable, nexthopFactsOf(cloud, subnet))
  return { nexthop: outcome, why: row.why }
}

/** Decision (c), IPv4: 169.254.169.254 as the DHCP ports of a cloud bear it, with its prefix length; null for none. */
export function metadataAddressOfDhcpPorts({ neutron }: Cloud): string | null {
  const release = neutronRelease(neutron.release)
  return decide(addressTable, { release, options: neutron.dhcp_agent }).outcome
}

/** Decision (c), IPv6: fe80::a9fe:a9fe as the network's DHCP port bears it, with its prefix length; null for none. */
export function ipv6MetadataAddress(
  { neutron }: Cloud,
  network: Network,
  facts: MachineFacts,
): string | null {
  return decide(ipv6AddressTable, {
    release: neutronRelease(neutron.release),
    options: neutron.dhcp_agent,
    carriesIpv6: carriesIpv6(network, facts),
    hasIpv6Subnet: network.subnets.some(subnet => subnet.ip_version === 6),
  }).outcome
}

/** Decision (d): where the proxy in a router's namespace listens, if there is one; in words, why none answers. */
export function proxyOfRouterNamespace(
  { neutron }: Cloud,
  { ipv6 }: Pick<MachineFacts, 'ipv6'>,
): { readonly bind: RouterBind; readonly why: string } {
  const release = neutronRelease(neutron.release)
  const { row, outcome } = decide(routerTable, { release, options: neutron.l3_agent, ipv6 })
  return { bind: outcome, why: row.why }
}

/** Decision (e): who answers a guest that has an address of this IPv4 subnet alone, and in words why nobody does. */
export function metadataAnswer(
  cloud: Cloud,
  subnet: Subnet,
): { readonly by: Answerer; readonly why: string } {
  const facts = nexthopFactsOf(cloud, subnet)
  const network = networkOf(cloud, subnet.network_id)
  const holder = routerPortsOf(cloud, network).find(port => holds(port, subnet, facts.gateway))
  const { row, outcome } = decide(answerTable, {
    release: facts.release,
    nexthop: whose(decide(nexthopTable, facts).outcome, facts),
    proxyRuns: proxyOfDhcpNamespace(cloud, network).runs,
    bearsAddress: metadataAddressOfDhcpPorts(cloud) !== null,
    hasGateway: facts.gateway !== null,
    hasHostRoutes:
      subnet.enable_dhcp &&
      subnet.host_routes.some(({ destination }) => destination !== '0.0.0.0/0'),
    isRouted: holder !== undefined,
    routerServes: proxyOfRouterNamespace(cloud, { ipv6: false }).bind !== null,
    routerGaveWay: cloud.routers.some(
      router => router.id === holder?.device_id && givesWay(cloud, router),
    ),
  })
  return { by: outcome, why: row.why }
}

/** Decision (f): which proxies of one router's id stand on a host whose two agents would each start one. */
export function proxiesOfSharedId({ neutron }: Cloud): SharedId {
  return decide(sharedIdTable, { release: neutronRelease(neutron.release) }).outcome
}

/**
 * A subnet's gateway as DHCP sees it: `gateway_ip`, else what the first host route to everywhere names. In Havana the
 * last such route comes before `gateway_ip`. `Dnsmasq._generate_opts_per_subnet`.
 */
export function dhcpGatewayOf({ neutron }: Cloud, { gateway_ip, host_routes }: Subnet) {
  const { hostRouteIsGateway } = neutronRelease(neutron.release).dnsmasq
  const gateways = host_routes
    .filter(({ destination }) => destination === '0.0.0.0/0')
    .map(({ nexthop }) => nexthop)
  return (hostRouteIsGateway ? gateways.at(-1) : null) ?? gateway_ip ?? gateways[0] ?? null
}

function proxyFactsOf(cloud: Cloud, network: Network): ProxyFacts {
  return {
    release: neutronRelease(cloud.neutron.release),
    network,
    options: cloud.neutron.dhcp_agent,
    hasDhcpPort: dhcpPortOf(cloud, network) !== undefined,
    hasOvnMetadataPort: ovnMetadataPortOf(cloud, network) !== undefined,
    hasMetadataSubnet: network.subnets.some(isMetadataSubnet),
    dhcpSubnets: network.subnets.filter(subnet => subnet.enable_dhcp),
    routerPorts: routerPortsOf(cloud, network),
    isIsolated: subnet => isIsolated(cloud, subnet),
  }
}

/** Inside 169.254.0.0/16, as `Dnsmasq.has_metadata_subnet` asks. */
export function isMetadataSubnet({ cidr }: Subnet): boolean {
  const range = parseCidr(cidr)
  if (range === undefined) return false
  const { version, first, last } = range
  return [first, last].every(value => contains(linkLocal, { version, value }))
}

const linkLocal = { version: 4, first: 0xa9fe0000n, last: 0xa9feffffn } as const

function nexthopFactsOf(cloud: Cloud, subnet: Subnet): NexthopFacts {
  const network = networkOf(cloud, subnet.network_id)
  return {
    release: neutronRelease(cloud.neutron.release),
    subnet,
    options: cloud.neutron.dhcp_agent,
    isolated: isIsolated(cloud, subnet),
    gateway: dhcpGatewayOf(cloud, subnet),
    dhcpAddress: addressIn(subnet, dhcpPortOf(cloud, network)),
    ovnAddress: addressIn(subnet, ovnMetadataPortOf(cloud, network)),
  }
}

function addressIn(subnet: Subnet, port: Port | undefined): string | null {
  return port?.fixed_ips.find(fixed => fixed.subnet_id === subnet.id)?.ip_address ?? null
}

function whose(nexthop: string | null, { dhcpAddress, ovnAddress }: NexthopFacts) {
  if (nexthop === null) return null
  if (nexthop === ovnAddress) return 'ovn-port'
  return nexthop === dhcpAddress ? 'dhcp-port' : 'gateway'
}

/** A DHCP agent of the router's own host has a proxy by the router's id. */
function givesWay(cloud: Cloud, router: Router): boolean {
  if (proxiesOfSharedId(cloud) === 'both') return false
  return cloud.networks.some(network => {
    const { runs, sends } = proxyOfDhcpNamespace(cloud, network)
    const hosts = portsOf(cloud, network)
      .filter(port => port.device_owner === 'network:dhcp')
      .map(port => port['binding:host_id'])
    return runs && sends.id === router.id && hosts.includes(router.host)
  })
}

function holds(port: Port, subnet: Subnet, address: string | null): boolean {
  return port.fixed_ips.some(
    ({ subnet_id, ip_address }) => subnet_id === subnet.id && ip_address === address,
  )
}
