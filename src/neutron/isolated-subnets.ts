import type { Cloud, Network, Subnet } from '../cloud/cloud.ts'
import { networkOf, portsOf } from './network-ports.ts'
import { neutronRelease } from './release.ts'

/**
 * Whether no router leads out of a subnet, as the DHCP agent sees it: no router's port holds its `gateway_ip`, so that a
 * router with another address leaves it isolated; in Havana no router's port is on it at all. A subnet without a
 * gateway always is. `Dnsmasq.get_isolated_subnets`, neutron/agent/linux/dhcp.py; Havana's `Dnsmasq._enable_metadata`.
 */
export function isIsolated(cloud: Cloud, subnet: Subnet): boolean {
  if (subnet.gateway_ip === null) return true
  const { isolation } = neutronRelease(cloud.neutron.release)
  const network = networkOf(cloud, subnet.network_id)
  return !routerPortsOf(cloud, network).some(port =>
    port.fixed_ips.some(
      ({ subnet_id, ip_address }) =>
        subnet_id === subnet.id &&
        (isolation === 'no-router-port' || ip_address === subnet.gateway_ip),
    ),
  )
}

/** Ports with an owner that Neutron counts as a router's interface; a gateway port is none. */
export function routerPortsOf(cloud: Cloud, network: Network) {
  return portsOf(cloud, network).filter(port => port.device_owner === 'network:router_interface')
}
