import type { Cloud, Network, Subnet } from '../cloud/cloud.ts'
import { metadataAddress } from './metadata-address.ts'
import { dhcpGatewayOf, metadataNexthop } from './metadata-decisions.ts'
import { portsOf } from './network-ports.ts'
import { neutronRelease } from './release.ts'

/** `opts`, for --dhcp-optsfile: what each subnet's guests are told. No final newline. `Dnsmasq._output_opts_file`. */
export function optsFile(cloud: Cloud, network: Network): string {
  const subnets = network.subnets.filter(
    subnet => subnet.enable_dhcp && subnet.ipv6_address_mode !== 'slaac',
  )
  return [
    ...subnets.flatMap(subnet => optionsOfSubnet(cloud, network, subnet)),
    ...subnets.flatMap(subnet => dhcpServersAsNameservers(cloud, network, subnet)),
  ].join('\n')
}

function optionsOfSubnet(cloud: Cloud, network: Network, subnet: Subnet): readonly string[] {
  return [
    ...nameservers(subnet),
    ...(subnet.ip_version === 6
      ? domainSearch(subnet, cloud.neutron.dns_domain)
      : [...staticRoutes(cloud, network, subnet), router(subnet)]),
  ]
}

/** None: dnsmasq offers itself. Just 0.0.0.0 or ::, nobody is offered. */
function nameservers(subnet: Subnet): readonly string[] {
  const [first, ...others] = subnet.dns_nameservers
  if (first === undefined) return []
  const isNobody = others.length === 0 && (first === '0.0.0.0' || first === '::')
  return [
    option(subnet, 'dns-server', ...(isNobody ? [] : literals(subnet, subnet.dns_nameservers))),
  ]
}

function literals(subnet: Subnet, addresses: readonly string[]): readonly string[] {
  return subnet.ip_version === 4 ? addresses : addresses.map(address => `[${address}]`)
}

/** Without a domain there is no line. */
function domainSearch(subnet: Subnet, domain: string): readonly string[] {
  return domain === '' ? [] : [option(subnet, 'domain-search', domain)]
}

/**
 * Options 121 and 249, Microsoft's number for the same. A client that takes them ignores option 3 (RFC 3442), so the
 * default route stands at their end, and nothing is written where it would stand alone.
 */
function staticRoutes(cloud: Cloud, network: Network, subnet: Subnet): readonly string[] {
  const routes = routesWithoutDefault(cloud, network, subnet)
  if (routes.length === 0) return []
  const gateway = dhcpGatewayOf(subnet)
  const all = gateway === null ? routes : [...routes, `0.0.0.0/0,${gateway}`]
  return [option(subnet, 'classless-static-route', ...all), option(subnet, '249', ...all)]
}

function routesWithoutDefault(cloud: Cloud, network: Network, subnet: Subnet): readonly string[] {
  const { connectedRoutesFirst } = neutronRelease(cloud.neutron.release).dnsmasq
  const connected = network.subnets
    .filter(other => other.ip_version === 4 && other.cidr !== subnet.cidr)
    .map(({ cidr }) => `${cidr},0.0.0.0`)
  const own = [
    ...subnet.host_routes
      .filter(({ destination }) => destination !== '0.0.0.0/0')
      .map(({ destination, nexthop }) => `${destination},${nexthop}`),
    ...metadataRoute(cloud, subnet),
  ]
  return connectedRoutesFirst ? [...connected.toReversed(), ...own] : [...own, ...connected]
}

function metadataRoute(cloud: Cloud, subnet: Subnet): readonly string[] {
  const { nexthop } = metadataNexthop(cloud, subnet)
  return nexthop === null ? [] : [`${metadataAddress}/32,${nexthop}`]
}

/** Bare without a gateway, which keeps dnsmasq from offering itself. */
function router(subnet: Subnet): string {
  const gateway = dhcpGatewayOf(subnet)
  return option(subnet, 'router', ...(gateway === null ? [] : [gateway]))
}

/** Where several DHCP servers serve a subnet without nameservers, guests are told all of them. */
function dhcpServersAsNameservers(cloud: Cloud, network: Network, subnet: Subnet) {
  if (subnet.dns_nameservers.length > 0) return []
  const addresses = portsOf(cloud, network)
    .filter(port => port.device_owner === 'network:dhcp')
    .flatMap(port => port.fixed_ips)
    .filter(fixed => fixed.subnet_id === subnet.id)
    .map(fixed => fixed.ip_address)
  return addresses.length > 1 ? [option(subnet, 'dns-server', ...literals(subnet, addresses))] : []
}

function option(subnet: Subnet, name: string, ...values: readonly string[]): string {
  const isNumber = /^\d+$/.test(name)
  const named = subnet.ip_version === 6 ? `option6:${name}` : isNumber ? name : `option:${name}`
  return [`tag:subnet-${subnet.id}`, named, ...values].join(',')
}
