import type { Subnet } from '../cloud/cloud.ts'
import { contains, parseAddress, parseCidr } from '../topology/ip.ts'

export interface AgentRoute {
  readonly family: 4 | 6
  /** What stands after `ip route` or `ip -6 route`. */
  readonly arguments: string
}

/** A device's address with prefix length. */
export interface AgentAddress {
  /** 192.168.30.2/24. */
  readonly address: string
  readonly family: 4 | 6
}

/**
 * The default route by a subnet's gateway; a gateway outside the subnet is made reachable first. Nothing without a
 * gateway. As `ip_lib` sets it: replace, proto static.
 */
export function gatewayRoutes(subnet: Subnet, device: string): readonly AgentRoute[] {
  const { gateway_ip, ip_version: family } = subnet
  if (gateway_ip === null) return []
  return [
    ...(isHostOf(subnet, gateway_ip) ? [] : [onlinkRoute(gateway_ip, family, device)]),
    { family, arguments: `replace default via ${gateway_ip} dev ${device} proto static` },
  ]
}

/** Makes a destination without a gateway reachable on the link. */
export function onlinkRoute(destination: string, family: 4 | 6, device: string): AgentRoute {
  return { family, arguments: `replace ${destination} dev ${device} proto static scope link` }
}

/** Neutron's `check_subnet_ip`: in the subnet, and in IPv4 neither its network nor its broadcast address. */
function isHostOf(subnet: Subnet, text: string): boolean {
  const range = parseCidr(subnet.cidr)
  const address = parseAddress(text)
  if (range === undefined || address === undefined || !contains(range, address)) return false
  return range.version === 6 || ![range.first, range.last].includes(address.value)
}
