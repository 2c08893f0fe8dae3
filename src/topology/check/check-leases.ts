import { isAutonomous, routedIpv6Subnets } from '../advertised-subnets.ts'
import { allocateAddresses } from '../allocate-addresses.ts'
import type { Finding } from '../finding.ts'
import { isNic, type PortRequest } from '../port-request.ts'
import type { PrunedTopology } from '../prune.ts'
import { requestPorts } from '../request-ports.ts'
import { rangeOf, type TopologySubnet } from '../subnet-defaults.ts'

/**
 * Instances and guests that would come up without an address: their DHCP client knows IPv4 alone, and an IPv6 address
 * of their own making takes a router that tells them to.
 */
export function checkLeases({ topology, isDamaged }: PrunedTopology): Finding[] {
  const requests = requestPorts(topology)
  const advertised = new Set(routedIpv6Subnets(topology).filter(isAutonomous))
  const { addresses } = allocateAddresses(requests)
  const subnetsOf = (port: PortRequest) =>
    port.addresses.flatMap(request =>
      request.kind === 'eui64' ? [request.subnet] : (addresses.get(request)?.subnet ?? []),
    )
  const machines = Map.groupBy(requests.filter(isNic), ({ path: [section, name] }) =>
    JSON.stringify([section, name]),
  )
  return Array.from(machines.values()).flatMap(own => {
    const { path: [section] = [], device: name = '' } = own[0] ?? {}
    const networks = topology[section === 'guests' ? 'guests' : 'instances'][name]?.networks
    const isKnown = own.every(({ network }) => !isDamaged(['networks', network]))
    const subnets = own.flatMap(subnetsOf)
    if (own.length !== networks?.length || !isKnown || subnets.length === 0) return []
    const isLeaseless =
      own.every(({ withoutPort }) => !withoutPort) &&
      subnets.every(subnet => needsDhcpv6(subnet) && !advertised.has(subnet))
    return isLeaseless ? [complain(section === 'guests' ? 'guest' : 'instance', name)] : []
  })
}

function needsDhcpv6(subnet: TopologySubnet): boolean {
  return subnet.enable_dhcp && rangeOf(subnet).version === 6
}

function complain(one: 'instance' | 'guest', name: string): Finding {
  const message = `${one} \`${name}\` is only on IPv6 subnets, and lab’s guests lease by DHCPv4`
  const hint =
    'give it an IPv4 subnet, too, or set `enable_dhcp: false`, which makes its addresses static; with `ipv6_ra_mode: slaac` and a router it makes its own'
  return { message, path: [`${one}s`, name], part: 'key', hint }
}
