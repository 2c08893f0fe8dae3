import type { Cloud, Network, Subnet } from '../cloud/cloud.ts'
import { networkOf, portsOf } from './network-ports.ts'

/**
 * A subnet is isolated when no router's port holds its `gateway_ip`. A router attached with another address leaves it
 * isolated, and a subnet without a gateway always is. `Dnsmasq.get_isolated_subnets`, all releases.
 */
export function isIsolated(cloud: Cloud, subnet: Subnet): boolean {
  const network = networkOf(cloud, subnet.network_id)
  return !routerPortsOf(cloud, network).some(port =>
    port.fixed_ips.some(
      fixed => fixed.subnet_id === subnet.id && fixed.ip_address === subnet.gateway_ip,
    ),
  )
}

/** Ports with an owner that Neutron counts as a router's interface; a gateway port is none. */
export function routerPortsOf(cloud: Cloud, network: Network) {
  return portsOf(cloud, network).filter(port => port.device_owner === 'network:router_interface')
}
