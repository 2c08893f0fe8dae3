import { contains, parseAddress } from './ip.ts'
import type { TopologyPath } from './mistake.ts'
import type { Topology } from './schema.ts'
import {
  gatewayOf,
  isAutoAddressed,
  networkOf,
  type TopologyNetwork,
  type TopologySubnet,
} from './subnet-defaults.ts'

/** A port that the topology asks for, before ids, MACs and addresses are settled. */
export interface PortRequest {
  readonly device_owner:
    | 'network:dhcp'
    | 'network:router_interface'
    | 'network:router_gateway'
    | 'compute:nova'
  /** Name of the network, and of the network, router or instance whose port it is. */
  readonly network: string
  readonly device: string
  /** Unique in the topology and the same as long as the port is meant to be the same. */
  readonly key: string
  readonly id: string | undefined
  readonly mac_address: string | undefined
  readonly addresses: readonly AddressRequest[]
  /** Where in the file the port comes from. */
  readonly path: TopologyPath
}

export type AddressRequest =
  | {
      readonly kind: 'fixed'
      readonly subnet: TopologySubnet
      readonly address: string
      readonly path: TopologyPath
    }
  /** The next free address of the first of these that has one. */
  | { readonly kind: 'next'; readonly subnets: readonly TopologySubnet[] }
  /** Follows from the MAC. */
  | { readonly kind: 'eui64'; readonly subnet: TopologySubnet }

/**
 * Every port of a topology in the order in which Neutron would make them: DHCP, routers', instances'.
 * References that lead nowhere ask for nothing; the checks report them.
 */
export function requestPorts(topology: Topology): PortRequest[] {
  return [
    ...Object.entries(topology.networks).flatMap(([name, network]) =>
      requestDhcpPort(name, network),
    ),
    ...Object.keys(topology.routers).flatMap(name => requestRouterPorts(name, topology)),
    ...Object.keys(topology.instances).flatMap(name => requestInstancePorts(name, topology)),
  ]
}

/** The addresses that the file gives to a port, with the path of each. */
export function givenAddresses(
  port: { readonly fixed_ip?: string; readonly fixed_ips?: readonly string[] },
  path: TopologyPath,
): { readonly address: string; readonly path: TopologyPath }[] {
  const single =
    port.fixed_ip === undefined ? [] : [{ address: port.fixed_ip, path: [...path, 'fixed_ip'] }]
  const list = (port.fixed_ips ?? []).map((address, index) => ({
    address,
    path: [...path, 'fixed_ips', index],
  }))
  return [...single, ...list]
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

/** Whether the address is in the subnet. */
export function holds(subnet: TopologySubnet, address: string): boolean {
  const parsed = parseAddress(address)
  return parsed !== undefined && contains(networkOf(subnet), parsed)
}

function requestDhcpPort(name: string, network: TopologyNetwork): PortRequest[] {
  const served = network.subnets.filter(subnet => subnet.enable_dhcp)
  if (served.length === 0) return []
  const path = ['networks', name, 'dhcp_port']
  const given = givenAddresses(network.dhcp_port, path)
  const addresses = served.flatMap((subnet): AddressRequest[] => {
    if (isAutoAddressed(subnet)) return [{ kind: 'eui64', subnet }]
    const fixed = given.filter(({ address }) => holds(subnet, address))
    if (fixed.length === 0) return [{ kind: 'next', subnets: [subnet] }]
    return fixed.map(({ address, path }) => ({ kind: 'fixed', subnet, address, path }))
  })
  return [
    {
      device_owner: 'network:dhcp',
      network: name,
      device: name,
      key: `network/${name}/dhcp`,
      id: network.dhcp_port.id,
      mac_address: network.dhcp_port.mac_address,
      addresses,
      path,
    },
  ]
}

function requestRouterPorts(name: string, topology: Topology): PortRequest[] {
  const router = topology.routers[name]
  if (router === undefined) return []
  const interfaces = router.interfaces.flatMap((_, index) =>
    requestInterfaces(name, index, topology),
  )
  return [...interfaces, ...requestGateway(name, topology)]
}

function requestInterfaces(name: string, index: number, topology: Topology): PortRequest[] {
  const attachment = topology.routers[name]?.interfaces[index]
  const network = topology.networks[attachment?.network ?? '']
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
  const network = topology.networks[gateway?.network ?? '']
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

function requestInstancePorts(name: string, topology: Topology): PortRequest[] {
  const seen = new Map<string, number>()
  return (topology.instances[name]?.networks ?? []).flatMap((attachment, index) => {
    const network = topology.networks[attachment.name]
    if (network === undefined) return []
    const path = ['instances', name, 'networks', index]
    const nth = (seen.get(attachment.name) ?? 0) + 1
    seen.set(attachment.name, nth)
    return [
      {
        device_owner: 'compute:nova' as const,
        network: attachment.name,
        device: name,
        key: `instance/${name}/port/${attachment.name}/${nth}`,
        id: attachment.port_id,
        mac_address: attachment.mac_address,
        addresses: requestAddresses(network, givenAddresses(attachment, path), true),
        path,
      },
    ]
  })
}

/**
 * Neutron's rule for a port: the addresses that are given, or else one of each IP version; and one of each subnet
 * whose addresses follow from the MAC, in any case.
 */
function requestAddresses(
  network: TopologyNetwork,
  given: ReturnType<typeof givenAddresses>,
  withAutoAddresses: boolean,
): AddressRequest[] {
  const automatic = network.subnets.filter(isAutoAddressed)
  const managed = network.subnets.filter(subnet => !isAutoAddressed(subnet))
  const fixed = given.flatMap(({ address, path }) =>
    managed
      .filter(subnet => holds(subnet, address))
      .map(subnet => ({ kind: 'fixed' as const, subnet, address, path })),
  )
  const next = ([4, 6] as const)
    .map(version => managed.filter(subnet => networkOf(subnet).version === version))
    .filter(subnets => subnets.length > 0)
    .map(subnets => ({ kind: 'next' as const, subnets }))
  const eui64 = automatic.map(subnet => ({ kind: 'eui64' as const, subnet }))
  return [...(given.length > 0 ? fixed : next), ...(withAutoAddresses ? eui64 : [])]
}
