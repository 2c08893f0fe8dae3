import { allocateAddresses } from '../allocate-addresses.ts'
import type { Finding } from '../finding.ts'
import type { PortRequest } from '../port-request.ts'
import type { PrunedTopology } from '../prune.ts'
import { requestPorts } from '../request-ports.ts'
import { rangeOf, type TopologySubnet } from '../subnet-defaults.ts'

/** Instances that would come up without an address: their DHCP client knows IPv4 alone. */
export function checkLeases({ topology, isDamaged }: PrunedTopology): Finding[] {
  const requests = requestPorts(topology)
  const { addresses } = allocateAddresses(requests)
  const subnetsOf = (port: PortRequest) =>
    port.addresses.flatMap(request =>
      request.kind === 'eui64' ? [request.subnet] : (addresses.get(request)?.subnet ?? []),
    )
  const guestPorts = requests.filter(({ device_owner }) => device_owner === 'compute:nova')
  const ports = Map.groupBy(guestPorts, ({ device }) => device)
  return Array.from(ports).flatMap(([name, own]) => {
    const isComplete = own.length === topology.instances[name]?.networks.length
    const isKnown = own.every(({ network }) => !isDamaged(['networks', network]))
    const subnets = own.flatMap(subnetsOf)
    if (!isComplete || !isKnown || subnets.length === 0) return []
    return subnets.every(needsDhcpv6) ? [complain(name)] : []
  })
}

function needsDhcpv6(subnet: TopologySubnet): boolean {
  return subnet.enable_dhcp && rangeOf(subnet).version === 6
}

function complain(name: string): Finding {
  const message = `instance \`${name}\` is only on IPv6 subnets, and lab’s guests lease by DHCPv4`
  const hint =
    'give it an IPv4 subnet, too, or set `enable_dhcp: false`, which makes its addresses static'
  return { message, path: ['instances', name], part: 'key', hint }
}
