import { formatAddress, type IpNetwork, type IpRange, parseAddress, parseCidr } from './ip.ts'
import type { Topology } from './schema.ts'

export type TopologyNetwork = Topology['networks'][string]
export type TopologySubnet = TopologyNetwork['subnets'][number]

/** The subnet's range. The schema has accepted the text, so this only fails on what never was a topology. */
export function rangeOf(subnet: Pick<TopologySubnet, 'cidr'>): IpNetwork {
  const network = parseCidr(subnet.cidr)
  if (network === undefined) throw new TypeError(`not a CIDR: ${subnet.cidr}`)
  return network
}

/** The gateway, Neutron's default filled in: the first address behind the network's own. */
export function gatewayOf(subnet: TopologySubnet): string | null {
  if (subnet.gateway_ip !== undefined) return subnet.gateway_ip
  const { version, first, last } = rangeOf(subnet)
  return first === last ? null : formatAddress({ version, value: first + 1n })
}

/** Where ports' addresses are taken from: the file's pools, or every host address but the gateway. */
export function poolsOf(subnet: TopologySubnet): IpRange[] {
  if (subnet.allocation_pools === undefined) return defaultPools(subnet)
  return subnet.allocation_pools.flatMap(({ start, end }) => {
    const first = parseAddress(start)
    const last = parseAddress(end)
    if (first === undefined || last === undefined || first.version !== last.version) return []
    return [{ version: first.version, first: first.value, last: last.value }]
  })
}

/** As `generate_pools` of neutron/ipam/utils.py (2026.1). */
function defaultPools(subnet: TopologySubnet): IpRange[] {
  const { version, first, last } = hostRange(rangeOf(subnet))
  const gateway = parseAddress(gatewayOf(subnet) ?? '')
  if (gateway === undefined || gateway.value < first || gateway.value > last) {
    return [{ version, first, last }]
  }
  return [
    { version, first, last: gateway.value - 1n },
    { version, first: gateway.value + 1n, last },
  ].filter(pool => pool.first <= pool.last)
}

/** The addresses of a subnet that a port may have. */
export function hostRange({ version, first, last, prefix }: IpNetwork): IpRange {
  if (first === last) return { version, first, last }
  if (version === 6) return { version, first: first + 1n, last }
  return prefix <= 30 ? { version, first: first + 1n, last: last - 1n } : { version, first, last }
}

/** Guests make their own addresses here, as `is_auto_address_subnet` of neutron/common/ipv6_utils.py. */
export function isAutoAddressed(subnet: TopologySubnet): boolean {
  return [subnet.ipv6_ra_mode, subnet.ipv6_address_mode].some(
    mode => mode === 'slaac' || mode === 'dhcpv6-stateless',
  )
}
