import { type Allocation, allocateAddresses } from '../allocate-addresses.ts'
import { findNetwork } from '../find-network.ts'
import type { Finding } from '../finding.ts'
import { contains, parseAddress } from '../ip.ts'
import type { TopologyPath } from '../mistake.ts'
import { placesOfFloatingIp } from '../place-floating-ip.ts'
import type { PortRequest } from '../port-request.ts'
import type { PrunedTopology } from '../prune.ts'
import { holds } from '../request-addresses.ts'
import { requestPorts } from '../request-ports.ts'
import type { Topology } from '../schema.ts'
import { hostRange, rangeOf } from '../subnet-defaults.ts'

/** Floating IPs of no external network, and those that lead nowhere or to several addresses: neutron/db/l3_db.py. */
export function checkFloatingIps({ topology, isDamaged }: PrunedTopology): Finding[] {
  const wanted = wantedFloatingIps(topology)
  if (wanted.length === 0 || isDamaged(['networks']) || isDamaged(['routers'])) return []
  const requests = requestPorts(topology)
  const allocation = allocateAddresses(requests)
  return wanted.flatMap(floating => checkOne(topology, floating, requests, allocation))
}

interface FloatingIp {
  readonly address: string
  /** Name of the network of the port behind it. */
  readonly inside: string
  readonly path: TopologyPath
}

function wantedFloatingIps({ instances }: Topology): FloatingIp[] {
  return Object.entries(instances).flatMap(([name, { networks }]) =>
    networks.flatMap(({ floating_ip: address, name: inside }, index) =>
      address === undefined
        ? []
        : [{ address, inside, path: ['instances', name, 'networks', index, 'floating_ip'] }],
    ),
  )
}

function checkOne(
  topology: Topology,
  { address, inside, path }: FloatingIp,
  requests: readonly PortRequest[],
  allocation: Allocation,
): Finding[] {
  if (parseAddress(address)?.version !== 4)
    return [{ message: `\`${address}\` is not IPv4, and no other floating IP is possible`, path }]
  const floating = requests.find(
    request =>
      request.device_owner === 'network:floatingip' &&
      JSON.stringify(request.path) === JSON.stringify(path),
  )
  if (floating === undefined) return [ofNoExternalNetwork(topology, address, path)]
  const subnet = findNetwork(topology, floating.network)?.subnets.find(one => holds(one, address))
  const range = subnet === undefined ? undefined : hostRange(rangeOf(subnet))
  const parsed = parseAddress(address)
  if (range !== undefined && parsed !== undefined && !contains(range, parsed)) {
    const message = `\`${address}\` is the network’s own or the broadcast address of ${subnet?.cidr}`
    return [{ message, path }]
  }
  const places = placesOfFloatingIp(floating, requests, allocation)
  if (places.length === 0) return [leadsNowhere(inside, floating.network, address, path)]
  if (places.length === 1) return []
  const choice = places.map(({ fixed }) => fixed.address).join(' or ')
  return [{ message: `\`${address}\` could lead to ${choice} of this port`, path }]
}

function ofNoExternalNetwork({ networks }: Topology, address: string, path: TopologyPath): Finding {
  const external = Object.entries(networks)
    .filter(([, network]) => network['router:external'])
    .flatMap(([name, { subnets }]) => subnets.map(({ cidr }) => `${cidr} of \`${name}\``))
  const hint =
    external.length === 0
      ? 'give the topology a network with `router:external: true`'
      : `external are ${external.join(', ')}`
  return { message: `\`${address}\` is in no subnet of an external network`, path, hint }
}

function leadsNowhere(
  inside: string,
  external: string,
  address: string,
  path: TopologyPath,
): Finding {
  const message = `no router leads from \`${external}\`, the network of \`${address}\`, to an IPv4 address of this port`
  const hint = `a router with \`external_gateway: ${external}\` and an interface on an IPv4 subnet of \`${inside}\` does`
  return { message, path, hint }
}
