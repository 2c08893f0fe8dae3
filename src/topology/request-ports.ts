import { findNetwork } from './find-network.ts'
import { dhcpAgentCount } from './hosts.ts'
import type { AddressRequest, PortRequest } from './port-request.ts'
import { givenAddresses, holds, requestAddresses } from './request-addresses.ts'
import { requestFloatingIps } from './request-floating-ips.ts'
import { requestRouterPorts } from './request-router-ports.ts'
import type { Topology } from './schema.ts'
import { isAutoAddressed, type TopologyNetwork } from './subnet-defaults.ts'

/**
 * Every port of a topology in the order in which Neutron would make them: DHCP, routers', instances', guests', floating IPs'.
 * References that lead nowhere ask for nothing; the checks report them.
 */
export function requestPorts(topology: Topology): PortRequest[] {
  return [
    ...Object.entries(topology.networks).flatMap(([name, network]) =>
      topology.neutron.mechanism_driver === 'ovn'
        ? [requestMetadataPort(name, network)]
        : Array.from({ length: dhcpAgentCount(topology, network) }, (_, nth) =>
            requestDhcpPort(name, network, nth),
          ).flat(),
    ),
    ...Object.keys(topology.routers).flatMap(name => requestRouterPorts(name, topology)),
    ...Object.entries(topology.instances).flatMap(([name, { networks }]) =>
      requestNics({ section: 'instances', name, networks }, topology),
    ),
    ...Object.entries(topology.guests).flatMap(([name, { networks }]) =>
      requestNics({ section: 'guests', name, networks }, topology),
    ),
    ...requestFloatingIps(topology),
  ]
}

/** The file's `dhcp_port` is the first agent's. */
function requestDhcpPort(name: string, network: TopologyNetwork, nth: number): PortRequest[] {
  const dhcp_port = nth === 0 ? network.dhcp_port : {}
  const addresses = requestServedSubnets(name, network, dhcp_port)
  if (addresses.length === 0) return []
  return [
    {
      device_owner: 'network:dhcp',
      network: name,
      device: name,
      nth,
      key: nth === 0 ? `network/${name}/dhcp` : `network/${name}/dhcp/${nth + 1}`,
      id: dhcp_port.id,
      mac_address: dhcp_port.mac_address,
      addresses,
      path: ['networks', name, 'dhcp_port'],
    },
  ]
}

/** ML2/OVN makes it with the network, and gives it an address with each subnet that has DHCP: `create_metadata_port`. */
function requestMetadataPort(name: string, network: TopologyNetwork): PortRequest {
  const { id, mac_address } = network.dhcp_port
  return {
    device_owner: 'network:distributed',
    network: name,
    device: name,
    key: `network/${name}/ovnmeta`,
    id,
    mac_address,
    addresses: requestServedSubnets(name, network, network.dhcp_port),
    path: ['networks', name, 'dhcp_port'],
  }
}

/** One address of each subnet with DHCP: the one that the file gives, or the next. */
function requestServedSubnets(
  name: string,
  network: TopologyNetwork,
  dhcp_port: TopologyNetwork['dhcp_port'],
): AddressRequest[] {
  const given = givenAddresses(dhcp_port, ['networks', name, 'dhcp_port'])
  const served = network.subnets.filter(subnet => subnet.enable_dhcp)
  return served.flatMap((subnet): AddressRequest[] => {
    if (isAutoAddressed(subnet)) return [{ kind: 'eui64', subnet }]
    const fixed = given.filter(({ address }) => holds(subnet, address))
    if (fixed.length === 0) return [{ kind: 'next', subnets: [subnet] }]
    return fixed.map(({ address, path }) => ({ kind: 'fixed', subnet, address, path }))
  })
}

interface Machine {
  readonly section: 'instances' | 'guests'
  readonly name: string
  readonly networks: readonly TopologyNic[]
}

type TopologyNic =
  | Topology['instances'][string]['networks'][number]
  | Topology['guests'][string]['networks'][number]

function requestNics({ section, name, networks }: Machine, topology: Topology): PortRequest[] {
  const seen = new Map<string, number>()
  return networks.flatMap((nic, index) => {
    const network = findNetwork(topology, nic.name)
    if (network === undefined) return []
    const path = [section, name, 'networks', index]
    const nth = (seen.get(nic.name) ?? 0) + 1
    seen.set(nic.name, nth)
    const withoutPort = 'port' in nic && !nic.port
    return [
      {
        ...ownerOf(nic),
        network: nic.name,
        device: name,
        key: `${section.slice(0, -1)}/${name}/port/${nic.name}/${nth}`,
        id: nic.port_id,
        mac_address: nic.mac_address,
        project_id: nic.project_id,
        withoutPort,
        addresses: withoutPort
          ? requestGiven(network, givenAddresses(nic, path))
          : requestAddresses(network, givenAddresses(nic, path), true),
        path,
      },
    ]
  })
}

/** What Neutron does not know has just the addresses that the file gives it, on any subnet. */
function requestGiven(
  { subnets }: TopologyNetwork,
  given: ReturnType<typeof givenAddresses>,
): AddressRequest[] {
  return given.flatMap(({ address, path }) =>
    subnets
      .filter(subnet => holds(subnet, address))
      .map(subnet => ({ kind: 'fixed' as const, subnet, address, path })),
  )
}

/** A device's port is Nova's, whether Nova has the device or not; one without a device is nobody's. */
function ownerOf(nic: TopologyNic): Pick<PortRequest, 'device_owner' | 'device_id'> {
  if (!('port' in nic)) return { device_owner: 'compute:nova' }
  const { device_id = '' } = nic
  return { device_owner: device_id === '' ? '' : 'compute:nova', device_id }
}
