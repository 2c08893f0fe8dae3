import { findNetwork } from './find-network.ts'
import type { PortRequest } from './port-request.ts'
import { holds, requestAddresses } from './request-addresses.ts'
import type { Topology } from './schema.ts'

/** A port on the external network for each floating IP that the file gives to an instance's port. */
export function requestFloatingIps(topology: Topology): PortRequest[] {
  return Object.entries(topology.instances).flatMap(([name, { networks }]) =>
    networks.flatMap(({ floating_ip: address, name: inside }, index) => {
      if (address === undefined) return []
      const external = externalNetworkOf(topology, inside, address)
      const network = findNetwork(topology, external ?? '')
      if (external === undefined || network === undefined) return []
      const path = ['instances', name, 'networks', index, 'floating_ip']
      return [
        {
          device_owner: 'network:floatingip' as const,
          network: external,
          device: name,
          key: `floating_ip/${external}/${address}/port`,
          id: undefined,
          mac_address: undefined,
          addresses: requestAddresses(network, [{ address, path }], true),
          path,
        },
      ]
    }),
  )
}

/**
 * The external network that a floating IP is of. Where several have its address, the one that a router joins with the
 * network of the port behind it.
 */
function externalNetworkOf(
  topology: Topology,
  inside: string,
  address: string,
): string | undefined {
  const networks = Object.entries(topology.networks)
    .filter(([, network]) => network['router:external'])
    .filter(([, { subnets }]) => subnets.some(subnet => holds(subnet, address)))
    .map(([name]) => name)
  const isJoined = (external: string) =>
    Object.values(topology.routers).some(
      router =>
        router.external_gateway?.network === external &&
        router.interfaces.some(({ network }) => network === inside),
    )
  return networks.find(isJoined) ?? networks[0]
}
