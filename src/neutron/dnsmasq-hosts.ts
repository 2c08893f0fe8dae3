import type { Cloud, DeviceOwner, FixedIp, Network, Port, Subnet } from '../cloud/cloud.ts'
import { portsOf } from './network-ports.ts'

/** One address of a port that dnsmasq is told of. */
export interface DnsmasqHost {
  readonly port: Port
  readonly subnet: Subnet
  readonly address: string
  /** host-192-168-30-11 */
  readonly hostname: string
  /** With the domain, if there is one; no final dot, as without a DNS extension driver. */
  readonly fqdn: string
}

/**
 * Every address that gets a name, in port order: all ports but DHCP's own and floating IPs', routers' included, and of a
 * port its stateless IPv6 addresses first, since dnsmasq reads entries of one MAC from the end. `Dnsmasq._iter_hosts`.
 */
export function dnsmasqHostsOf(cloud: Cloud, network: Network): readonly DnsmasqHost[] {
  return portsOf(cloud, network)
    .filter(port => !ownersWithoutHost.includes(port.device_owner))
    .flatMap(port => hostsOfPort(network, port, cloud.neutron.dns_domain))
}

const ownersWithoutHost: readonly DeviceOwner[] = ['network:dhcp', 'network:floatingip']

function hostsOfPort(network: Network, port: Port, domain: string): readonly DnsmasqHost[] {
  const hosts = port.fixed_ips.flatMap(fixed => hostOf(network, port, fixed, domain))
  const isStateless = ({ subnet }: DnsmasqHost) => subnet.ipv6_address_mode === 'dhcpv6-stateless'
  return [...hosts.filter(isStateless), ...hosts.filter(host => !isStateless(host))]
}

function hostOf(network: Network, port: Port, fixed: FixedIp, domain: string): DnsmasqHost[] {
  const subnet = network.subnets.find(({ id }) => id === fixed.subnet_id)
  if (subnet === undefined) return []
  const { ip_address: address } = fixed
  const hostname = `host-${address.replaceAll(/[.:]/g, '-')}`
  return [{ port, subnet, address, hostname, fqdn: domain ? `${hostname}.${domain}` : hostname }]
}

/** Whether dnsmasq hands out the address itself, or the guest makes it from a router advertisement. */
export function isLeased({ subnet }: DnsmasqHost): boolean {
  const { enable_dhcp, ipv6_address_mode } = subnet
  return enable_dhcp && ipv6_address_mode !== 'slaac' && ipv6_address_mode !== 'dhcpv6-stateless'
}
