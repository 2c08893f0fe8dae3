import { findNetwork } from '../find-network.ts'
import type { Finding } from '../finding.ts'
import { contains, eui64Address, parseAddress } from '../ip.ts'
import type { TopologyPath } from '../mistake.ts'
import type { PortRequest } from '../port-request.ts'
import type { PrunedTopology } from '../prune.ts'
import { givenAddresses, holds } from '../request-addresses.ts'
import { requestPorts } from '../request-ports.ts'
import type { Topology } from '../schema.ts'
import {
  gatewayOf,
  hostRange,
  isAutoAddressed,
  rangeOf,
  type TopologySubnet,
} from '../subnet-defaults.ts'

/** Addresses that the file gives to ports: in a subnet of the network, and each to one port. */
export function checkAddresses(pruned: PrunedTopology): Finding[] {
  const wanted = wantedAddresses(pruned.topology).filter(
    ({ network }) => !pruned.isDamaged(['networks', network]),
  )
  return [
    ...wanted.flatMap(address => checkPlace(pruned.topology, address)),
    ...checkDoubles(requestPorts(pruned.topology)),
  ]
}

interface WantedAddress {
  readonly network: string
  readonly owner: 'dhcp' | 'router' | 'gateway' | 'guest' | 'stranger'
  readonly address: string
  readonly mac_address: string | undefined
  readonly path: TopologyPath
}

function wantedAddresses({ networks, routers, instances, guests }: Topology): WantedAddress[] {
  return [
    ...Object.entries(networks).flatMap(([name, { dhcp_port }]) =>
      wantedBy('dhcp', name, dhcp_port, ['networks', name, 'dhcp_port']),
    ),
    ...Object.entries(routers).flatMap(([name, { interfaces, external_gateway: gateway }]) => [
      ...interfaces.flatMap((port, index) =>
        wantedBy('router', port.network, port, ['routers', name, 'interfaces', index]),
      ),
      ...(gateway === undefined
        ? []
        : wantedBy('gateway', gateway.network, gateway, ['routers', name, 'external_gateway'])),
    ]),
    ...Object.entries(instances).flatMap(([name, instance]) =>
      instance.networks.flatMap((port, index) =>
        wantedBy('guest', port.name, port, ['instances', name, 'networks', index]),
      ),
    ),
    ...Object.entries(guests).flatMap(([name, guest]) =>
      guest.networks.flatMap((port, index) =>
        wantedBy(port.port ? 'guest' : 'stranger', port.name, port, [
          'guests',
          name,
          'networks',
          index,
        ]),
      ),
    ),
  ]
}

function wantedBy(
  owner: WantedAddress['owner'],
  network: string,
  port: Parameters<typeof givenAddresses>[0] & { readonly mac_address?: string },
  path: TopologyPath,
): WantedAddress[] {
  return givenAddresses(port, path).map(given => ({
    ...given,
    owner,
    network,
    mac_address: port.mac_address,
  }))
}

function checkPlace(topology: Topology, wanted: WantedAddress): Finding[] {
  const network = findNetwork(topology, wanted.network)
  const address = parseAddress(wanted.address)
  if (network === undefined || address === undefined) return []
  const subnets = network.subnets.filter(
    ({ enable_dhcp }) => wanted.owner !== 'dhcp' || enable_dhcp,
  )
  const subnet = subnets.find(candidate => holds(candidate, wanted.address))
  if (subnet === undefined) return [outside(wanted, subnets)]
  if (!contains(hostRange(rangeOf(subnet)), address)) {
    const message = `\`${wanted.address}\` is the network’s own or the broadcast address of ${subnet.cidr}`
    return [{ message, path: wanted.path }]
  }
  return isAutoAddressed(subnet) && !isFree(wanted) ? checkAutomatic(subnet, wanted) : []
}

/** Neutron lets a router have any address, and knows nothing of what has no port. */
function isFree({ owner }: WantedAddress): boolean {
  return owner === 'router' || owner === 'stranger'
}

function outside(
  { network, address, owner, path }: WantedAddress,
  subnets: readonly TopologySubnet[],
): Finding {
  const cidrs = subnets.map(({ cidr }) => cidr).join(', ')
  const which = owner === 'dhcp' ? 'the subnets with DHCP' : 'every subnet'
  const detail = cidrs === '' ? '' : `: ${cidrs}`
  return { message: `\`${address}\` is outside ${which} of network \`${network}\`${detail}`, path }
}

/** `AllocationOnAutoAddressSubnet` of neutron/ipam/exceptions.py. */
function checkAutomatic(subnet: TopologySubnet, wanted: WantedAddress): Finding[] {
  const { mac_address, address, path } = wanted
  if (mac_address !== undefined && eui64Address(rangeOf(subnet), mac_address) === address) return []
  const message = `\`${address}\` cannot be chosen: addresses of ${subnet.cidr} follow from the MAC`
  return [{ message, path }]
}

function checkDoubles(ports: readonly PortRequest[]): Finding[] {
  const holders = new Map<string, PortRequest>()
  return ports.flatMap(port =>
    port.addresses.flatMap(request => {
      if (request.kind !== 'fixed') return []
      const { address, path, subnet } = request
      if (address === gatewayOf(subnet) && port.device_owner !== 'network:router_interface') {
        return [{ message: `\`${address}\` is the gateway of ${subnet.cidr}`, path }]
      }
      const key = `${port.network} ${address}`
      const holder = holders.get(key)
      holders.set(key, holder ?? port)
      return holder === undefined || isSameInterface(holder, port)
        ? []
        : [{ message: `\`${address}\` is already the address of ${nameOf(holder)}`, path }]
    }),
  )
}

/** One router twice on one subnet is reported as the overlap that it is. */
function isSameInterface(one: PortRequest, other: PortRequest): boolean {
  return one.device === other.device && one.device_owner === 'network:router_interface'
}

function nameOf({ device_owner, device, path: [section] }: PortRequest): string {
  if (section === 'guests') return `guest \`${device}\``
  if (device_owner === 'network:dhcp') return `the DHCP port of network \`${device}\``
  if (device_owner === 'network:distributed') return `the metadata port of network \`${device}\``
  if (device_owner === 'network:floatingip') return `a floating IP of instance \`${device}\``
  return device_owner === 'compute:nova' ? `instance \`${device}\`` : `router \`${device}\``
}
