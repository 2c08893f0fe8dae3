import { findNetwork } from './find-network.ts'
import type { PortRequest } from './port-request.ts'
import { givenAddresses, holds, requestAddresses } from './request-addresses.ts'
import type { Topology } from './schema.ts'
import { gatewayOf, type TopologyNetwork, type TopologySubnet } from './subnet-defaults.ts'

/** A port for each subnet that a router's interfaces attach, and one for its gateway. */
export function requestRouterPorts(name: string, topology: Topology): PortRequest[] {
  const router = topology.routers[name]
  if (router === undefined) return []
  const interfaces = router.interfaces.flatMap((_, index) =>
    requestInterfaces(name, index, topology),
  )
  return [...interfaces, ...requestGateway(name, topology)]
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
      addresses: requestAddresses(network, givenAddresses(gateway, path), false),
      path,
    },
  ]
}
