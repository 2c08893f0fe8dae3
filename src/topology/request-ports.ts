import { findNetwork } from './find-network.ts'
import type { AddressRequest, PortRequest } from './port-request.ts'
import { givenAddresses, holds, requestAddresses } from './request-addresses.ts'
import { requestRouterPorts } from './request-router-ports.ts'
import type { Topology } from './schema.ts'
import { isAutoAddressed, type TopologyNetwork } from './subnet-defaults.ts'

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

function requestInstancePorts(name: string, topology: Topology): PortRequest[] {
  const seen = new Map<string, number>()
  return (topology.instances[name]?.networks ?? []).flatMap((attachment, index) => {
    const network = findNetwork(topology, attachment.name)
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
