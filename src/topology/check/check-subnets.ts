import type { Finding } from '../finding.ts'
import {
  contains,
  type IpAddress,
  type IpNetwork,
  overlaps,
  parseAddress,
  parseCidr,
} from '../ip.ts'
import type { TopologyPath } from '../mistake.ts'
import type { PrunedTopology } from '../prune.ts'
import { newestRelease } from '../release-names.ts'
import {
  hostRange,
  rangeOf,
  type TopologyNetwork,
  type TopologySubnet,
} from '../subnet-defaults.ts'
import { checkIpv6Modes } from './check-ipv6-modes.ts'
import { checkPools } from './check-pools.ts'
import { findOverlaps } from './find-overlaps.ts'

/** What Neutron refuses when a subnet is made: `_validate_subnet` of neutron/db/db_base_plugin_v2.py. */
export function checkSubnets({ topology }: PrunedTopology): Finding[] {
  const { release = newestRelease } = topology.neutron
  return Object.entries(topology.networks).flatMap(([name, network]) => {
    const path = ['networks', name, 'subnets']
    return [
      ...network.subnets.flatMap((subnet, index) => [
        ...checkSubnet(subnet, [...path, index]),
        ...checkIpv6Modes(subnet, [...path, index], release),
      ]),
      ...checkOverlaps(name, network, path),
      ...checkSubnetNames(network, path),
      ...checkMtu(name, network),
    ]
  })
}

function checkSubnet(subnet: TopologySubnet, path: TopologyPath): Finding[] {
  return [
    ...checkDhcpRange(subnet, path),
    ...checkGateway(subnet, path),
    ...checkPools(subnet, path),
    ...checkVersions(subnet, path),
    ...checkNexthops(subnet, path),
  ]
}

function checkDhcpRange(subnet: TopologySubnet, path: TopologyPath): Finding[] {
  if (!subnet.enable_dhcp) return []
  const network = rangeOf(subnet)
  const problem = unfitForDhcp(network)
  if (problem === undefined) return []
  const hint = 'take another range, or set `enable_dhcp: false`'
  return [{ message: `\`${subnet.cidr}\` ${problem}`, path: [...path, 'cidr'], hint }]
}

function unfitForDhcp(network: IpNetwork): string | undefined {
  const longest = network.version === 4 ? 30 : 126
  if (network.prefix > longest) return `is too small for DHCP: /${longest} is the smallest`
  const special = specialRanges.find(({ range }) => overlaps(network, range))
  return special === undefined ? undefined : `is ${special.what}, where DHCP cannot serve`
}

function checkGateway(subnet: TopologySubnet, path: TopologyPath): Finding[] {
  const gateway = parseAddress(subnet.gateway_ip ?? '')
  const network = rangeOf(subnet)
  if (gateway?.version !== network.version || isLinkLocal(gateway)) return []
  const message = contains(network, gateway)
    ? 'is the network’s own or its broadcast address, which no gateway can have'
    : `is outside its subnet ${subnet.cidr}`
  return contains(hostRange(network), gateway) || isFirstOfIpv6(network, gateway.value)
    ? []
    : [{ message: `gateway \`${subnet.gateway_ip}\` ${message}`, path: [...path, 'gateway_ip'] }]
}

/** Neutron lets a router have the network's own address in IPv6. */
function isFirstOfIpv6(network: IpNetwork, address: bigint): boolean {
  return network.version === 6 && network.first === address
}

/** An IPv6 gateway is named by its link-local address as a rule. */
function isLinkLocal(address: IpAddress): boolean {
  return linkLocal.some(({ range }) => contains(range, address))
}

/** Neutron takes any next hop, and a DHCP client gets over one that leads nowhere; a static route fails. */
function checkNexthops(subnet: TopologySubnet, path: TopologyPath): Finding[] {
  if (subnet.enable_dhcp) return []
  const network = rangeOf(subnet)
  const reachable = network.version === 4 ? hostRange(network) : network
  return subnet.host_routes.flatMap(({ nexthop }, index) => {
    const address = parseAddress(nexthop)
    if (address?.version !== network.version) return []
    if (contains(reachable, address) || isLinkLocal(address)) return []
    const message = `nexthop \`${nexthop}\` is no host address of its subnet ${subnet.cidr}; without DHCP the guest sets the route itself, and its kernel refuses such a gateway`
    return [{ message, path: [...path, 'host_routes', index, 'nexthop'] }]
  })
}

function checkVersions(subnet: TopologySubnet, path: TopologyPath): Finding[] {
  const { version } = rangeOf(subnet)
  const gateway = subnet.gateway_ip ?? null
  const gateways = gateway === null ? [] : [{ text: gateway, path: [...path, 'gateway_ip'] }]
  const servers = subnet.dns_nameservers.map((text, index) => ({
    text,
    path: [...path, 'dns_nameservers', index],
  }))
  const routes = subnet.host_routes.flatMap(({ destination, nexthop }, index) => [
    { text: destination, path: [...path, 'host_routes', index, 'destination'] },
    { text: nexthop, path: [...path, 'host_routes', index, 'nexthop'] },
  ])
  return [...gateways, ...servers, ...routes]
    .filter(({ text }) => (parseAddress(text) ?? parseCidr(text))?.version !== version)
    .map(({ text, path }) => ({
      message: `\`${text}\` is not IPv${version} like its subnet ${subnet.cidr}`,
      path,
    }))
}

function checkOverlaps(name: string, network: TopologyNetwork, path: TopologyPath): Finding[] {
  const ranges = network.subnets.map((subnet, index) => ({
    range: rangeOf(subnet),
    what: subnet.cidr,
    path: [...path, index, 'cidr'],
  }))
  return findOverlaps(ranges).map(({ later, earlier }) => ({
    message: `\`${later.what}\` overlaps ${earlier.what} of the same network \`${name}\``,
    path: later.path,
  }))
}

function checkSubnetNames(network: TopologyNetwork, path: TopologyPath): Finding[] {
  const names = new Set<string>()
  return network.subnets.flatMap(({ name }, index) => {
    const isDouble = name !== '' && names.has(name)
    names.add(name)
    if (!isDouble) return []
    return [{ message: `the network has two subnets \`${name}\``, path: [...path, index, 'name'] }]
  })
}

function checkMtu(name: string, network: TopologyNetwork): Finding[] {
  const hasIpv6 = network.subnets.some(subnet => rangeOf(subnet).version === 6)
  if (network.mtu === undefined || network.mtu >= 1280 || !hasIpv6) return []
  const message = `\`mtu\` ${network.mtu} is too small for IPv6, which needs 1280 (RFC 8200)`
  return [{ message, path: ['networks', name, 'mtu'] }]
}

function specialRange(cidr: string, what: string) {
  const range = parseCidr(cidr)
  return range === undefined ? [] : [{ range, what }]
}

const linkLocal = specialRange('fe80::/10', 'link-local')

const specialRanges = [
  ...specialRange('127.0.0.0/8', 'loopback'),
  ...specialRange('224.0.0.0/4', 'multicast'),
  ...specialRange('0.0.0.0/32', 'the unspecified address'),
  ...specialRange('::/127', 'loopback or unspecified'),
  ...specialRange('ff00::/8', 'multicast'),
]
