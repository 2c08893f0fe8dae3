import type { Cloud, HostRoute, Network, Subnet } from '../../cloud/cloud.ts'
import { metadataAddress } from '../metadata-address.ts'
import { ovnMetadataPortOf } from './metadata-port.ts'

/** A row of the northbound database's DHCP_Options for a subnet of IPv4, as OVN sends it to guests without being asked. */
export interface OvnDhcpOptions {
  readonly cidr: string
  /** Whom the answers come from, in their options and as their source: the gateway, although no router need be there. */
  readonly server_id: string
  /** Seconds. */
  readonly lease_time: number
  readonly mtu: number
  readonly router: string | null
  readonly dns_server: readonly string[]
  /** Null where there is no option 15, which is so with the domain that Neutron has by default. */
  readonly domain_name: string | null
  /** Option 121: the metadata port's address first. */
  readonly classless_static_route: readonly HostRoute[]
}

/**
 * What guests are told on a subnet; null without DHCP, or without both a gateway and an address of the metadata port:
 * `OVNClient._get_ovn_dhcpv4_opts`, the same from Ussuri to 2026.1. DNS servers are the subnet's alone: a lab's
 * neutron-server has no resolv.conf to fall back on.
 */
export function ovnDhcpOptionsOf(
  cloud: Cloud,
  network: Network,
  subnet: Subnet,
): OvnDhcpOptions | null {
  if (subnet.ip_version === 6 || !subnet.enable_dhcp) return null
  const { gateway_ip } = subnet
  const metadata = ovnMetadataPortOf(cloud, network)?.fixed_ips.find(
    ({ subnet_id }) => subnet_id === subnet.id,
  )?.ip_address
  const server_id = gateway_ip ?? metadata
  if (server_id === undefined) return null
  const routes = [
    ...(metadata === undefined
      ? []
      : [{ destination: `${metadataAddress}/32`, nexthop: metadata }]),
    ...subnet.host_routes,
  ]
  // A client that takes option 121 ignores option 3 (RFC 3442).
  const isDefaultRepeated = routes.length > 0 && gateway_ip !== null
  return {
    cidr: subnet.cidr,
    server_id,
    lease_time: defaultLeaseSeconds,
    mtu: network.mtu,
    router: gateway_ip,
    dns_server: nameservers(subnet),
    domain_name: domainOf(cloud),
    classless_static_route: isDefaultRepeated
      ? [...routes, { destination: '0.0.0.0/0', nexthop: gateway_ip }]
      : routes,
  }
}

/** 0.0.0.0 alone says that nobody is to be offered. */
function nameservers({ dns_nameservers }: Subnet): readonly string[] {
  const [first, ...others] = dns_nameservers
  return first === '0.0.0.0' && others.length === 0 ? [] : dns_nameservers
}

function domainOf({ neutron }: Cloud): string | null {
  const { dns_domain } = neutron
  return dns_domain === '' || dns_domain === 'openstacklocal' ? null : dns_domain
}

/** `ovn_dhcp_default_lease_time`. */
const defaultLeaseSeconds = 43_200
