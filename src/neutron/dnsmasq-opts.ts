import type { Cloud, Network, Subnet } from '../cloud/cloud.ts'
import { knownSubnets, subnetTag } from './known-subnets.ts'
import { metadataAddress } from './metadata-address.ts'
import { dhcpGatewayOf, metadataNexthop } from './metadata-decisions.ts'
import { portsOf } from './network-ports.ts'
import { type DnsmasqRelease, neutronRelease } from './release.ts'

/** `opts`, for --dhcp-optsfile: what each subnet's guests are told. No final newline. `Dnsmasq._output_opts_file`. */
export function optsFile(cloud: Cloud, network: Network): string {
  const release = neutronRelease(cloud.neutron.release).dnsmasq
  const subnets = knownSubnets(cloud, network)
    .filter(subnet => subnet.enable_dhcp && subnet.ipv6_address_mode !== 'slaac')
    .map(subnet => ({
      cloud,
      network,
      subnet,
      release,
      isDhcpv6: release.ipv6Modes && subnet.ip_version === 6,
    }))
  return [...subnets.flatMap(optionsOfSubnet), ...subnets.flatMap(dhcpServersAsNameservers)].join(
    '\n',
  )
}

interface OptionsOf {
  readonly cloud: Cloud
  readonly network: Network
  readonly subnet: Subnet
  readonly release: DnsmasqRelease
  /** Before Juno an IPv6 subnet's options are written as if they were IPv4's. */
  readonly isDhcpv6: boolean
}

function optionsOfSubnet(of: OptionsOf): readonly string[] {
  return [
    ...nameservers(of),
    ...(of.isDhcpv6
      ? domainSearch(of, of.cloud.neutron.dns_domain)
      : [...staticRoutes(of), ...(of.subnet.ip_version === 4 ? [router(of)] : [])]),
  ]
}

/** None: dnsmasq offers itself. Just 0.0.0.0 or ::, nobody is offered; before Queens, that address. */
function nameservers(of: OptionsOf): readonly string[] {
  const { dns_nameservers } = of.subnet
  const [first, ...others] = dns_nameservers
  if (first === undefined) return []
  const isAny = others.length === 0 && (first === '0.0.0.0' || first === '::')
  const isNobody = isAny && of.release.anyAddressIsNobody
  return [option(of, 'dns-server', ...(isNobody ? [] : literals(of, dns_nameservers)))]
}

function literals({ isDhcpv6 }: OptionsOf, addresses: readonly string[]): readonly string[] {
  return isDhcpv6 ? addresses.map(address => `[${address}]`) : addresses
}

/** Without a domain there is no line. */
function domainSearch(of: OptionsOf, domain: string): readonly string[] {
  return domain === '' ? [] : [option(of, 'domain-search', domain)]
}

/**
 * Options 121 and 249, Microsoft's number for the same. A client that takes them ignores option 3 (RFC 3442), so the
 * default route stands at their end, and nothing is written where it would stand alone. Havana left it out, and its
 * isolated guests without a default route.
 */
function staticRoutes(of: OptionsOf): readonly string[] {
  const routes = routesWithoutDefault(of)
  if (routes.length === 0) return []
  const gateway = of.subnet.ip_version === 4 ? dhcpGatewayOf(of.cloud, of.subnet) : null
  const isLeftOut = gateway === null || !of.release.defaultRouteInOption121
  const all = isLeftOut ? routes : [...routes, `0.0.0.0/0,${gateway}`]
  return [option(of, 'classless-static-route', ...all), option(of, '249', ...all)]
}

function routesWithoutDefault({ cloud, network, subnet, release }: OptionsOf): readonly string[] {
  const connected = network.subnets
    .filter(other => other.ip_version === 4 && other.cidr !== subnet.cidr)
    .map(({ cidr }) => `${cidr},0.0.0.0`)
  const own = [
    ...subnet.host_routes
      .filter(({ destination }) => destination !== everywhere)
      .map(({ destination, nexthop }) => `${destination},${nexthop}`),
    ...metadataRoute(cloud, subnet),
  ]
  switch (release.connectedRoutes) {
    case 'none':
      return own
    case 'behind':
      return [...own, ...connected]
    case 'before':
      return [...connected.toReversed(), ...own]
  }
}

const everywhere = '0.0.0.0/0'

function metadataRoute(cloud: Cloud, subnet: Subnet): readonly string[] {
  const { nexthop } = metadataNexthop(cloud, subnet)
  return nexthop === null ? [] : [`${metadataAddress}/32,${nexthop}`]
}

/** Bare without a gateway, which keeps dnsmasq from offering itself. */
function router(of: OptionsOf): string {
  const gateway = dhcpGatewayOf(of.cloud, of.subnet)
  return option(of, 'router', ...(gateway === null ? [] : [gateway]))
}

/** Where several DHCP servers serve a subnet without nameservers, guests are told all of them. */
function dhcpServersAsNameservers(of: OptionsOf): readonly string[] {
  const { cloud, network, subnet, release } = of
  if (subnet.dns_nameservers.length > 0) return []
  const addresses = portsOf(cloud, network)
    .filter(port => port.device_owner === 'network:dhcp')
    .flatMap(port => port.fixed_ips)
    .filter(fixed => fixed.subnet_id === subnet.id)
    .map(fixed => fixed.ip_address)
  const least = release.namesOneDhcpServer ? 1 : 2
  return addresses.length < least ? [] : [option(of, 'dns-server', ...literals(of, addresses))]
}

function option(of: OptionsOf, name: string, ...values: readonly string[]): string {
  const isNumber = /^\d+$/.test(name)
  const named = of.isDhcpv6 ? `option6:${name}` : isNumber ? name : `option:${name}`
  return [`tag:${subnetTag(of.cloud, of.network, of.subnet)}`, named, ...values].join(',')
}
