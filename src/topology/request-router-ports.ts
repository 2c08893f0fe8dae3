import { findNetwork } from './find-network.ts'
import type { PortRequest } from './port-request.ts'
import { givenAddresses, holds, requestAddresses } from './request-addresses.ts'
import type { Topology } from './schema.ts'
import { gatewayOf, rangeOf, type TopologyNetwork, type TopologySubnet } from './subnet-defaults.ts'

/** The ports of the subnets that a router's interfaces attach, and one for its gateway. */
export function requestRouterPorts(name: string, topology: Topology): PortRequest[] {
  const router = topology.routers[name]
  if (router === undefined) return []
  const interfaces = router.interfaces.flatMap((_, index) =>
    requestInterfaces(name, index, topology),
  )
  return [...shareIpv6Ports(interfaces), ...requestGateway(name, topology)]
}

/**
 * The IPv6 subnets of one network are all on one port of a router, which is made with the first of them:
 * `_add_interface_by_subnet` of neutron/db/l3_db.py.
 */
function shareIpv6Ports(interfaces: readonly PortRequest[]): PortRequest[] {
  const isIpv6 = ({ addresses }: PortRequest) =>
    addresses.some(address => address.kind === 'fixed' && rangeOf(address.subnet).version === 6)
  const sharing = Map.groupBy(interfaces.filter(isIpv6), ({ network }) => network)
  return interfaces.flatMap(port => {
    const [first, ...rest] = isIpv6(port) ? (sharing.get(port.network) ?? []) : [port]
    if (port !== first) return []
    const all = [first, ...rest]
    return [
      {
        ...first,
        id: all.find(({ id }) => id !== undefined)?.id,
        mac_address: all.find(({ mac_address }) => mac_address !== undefined)?.mac_address,
        addresses: all.flatMap(({ addresses }) => addresses),
      },
    ]
  })
}

/** The subnets that an interface attaches: the one it names or has an address of, else all with a gateway. */
export function attachedSubnets(
  attachment: { readonly subnet?: string; readonly fixed_ip?: string },
  network: TopologyNetwork,
): TopologySubnet[] {
  const { subnet: wanted, fixed_ip } = attachment
  if (wanted !== undefined) {
    return network.subnets.filter(subnet => subnet.name === wanted || subnet.cidr === wanted)
  }
  if (fixed_ip !== undefined) return network.subnets.filter(subnet => holds(subnet, fixed_ip))
  return network.subnets.filter(subnet => gatewayOf(subnet) !== null)
}

function requestInterfaces(name: string, index: number, topology: Topology): PortRequest[] {
  const attachment = topology.routers[name]?.interfaces[index]
  const network = findNetwork(topology, attachment?.network ?? '')
  if (attachment === undefined || network === undefined) return []
  const path = ['routers', name, 'interfaces', index]
  return attachedSubnets(attachment, network).flatMap(subnet => {
    const address = attachment.fixed_ip ?? gatewayOf(subnet)
    if (address === null) return []
    const addressPath = attachment.fixed_ip === undefined ? path : [...path, 'fixed_ip']
    return [
      {
        device_owner: 'network:router_interface' as const,
        network: attachment.network,
        device: name,
        key: `router/${name}/interface/${attachment.network}/${subnet.cidr}`,
        id: attachment.port_id,
        mac_address: attachment.mac_address,
        addresses: [{ kind: 'fixed' as const, subnet, address, path: addressPath }],
        path,
      },
    ]
  })
}

function requestGateway(name: string, topology: Topology): PortRequest[] {
  const gateway = topology.routers[name]?.external_gateway
  const network = findNetwork(topology, gateway?.network ?? '')
  if (gateway === undefined || network === undefined) return []
  const path = ['routers', name, 'external_gateway']
  return [
    {
      device_owner: 'network:router_gateway',
      network: gateway.network,
      device: name,
      key: `router/${name}/gateway`,
      id: gateway.port_id,
      mac_address: gateway.mac_address,
      addresses: requestAddresses(network, givenAddresses(gateway, path), true),
      path,
    },
  ]
}
