import type { Cloud, DeviceOwner, FixedIp, Network, Port, Subnet } from '../cloud/cloud.ts'
import { knownSubnets } from './known-subnets.ts'
import { portsOf } from './network-ports.ts'
import { type DnsmasqRelease, neutronRelease } from './release.ts'

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
 * Every address that the agent goes over, in port order: all ports but floating IPs' and, since Queens, DHCP's own;
 * routers' are included. Of a port its stateless IPv6 addresses come first, since dnsmasq reads entries of one MAC from
 * the end. `Dnsmasq._iter_hosts`.
 */
export function dnsmasqHostsOf(cloud: Cloud, network: Network): readonly DnsmasqHost[] {
  const release = neutronRelease(cloud.neutron.release).dnsmasq
  const known = { ...network, subnets: knownSubnets(cloud, network) }
  return portsOf(cloud, network)
    .filter(({ device_owner }) => isHost(device_owner, release))
    .flatMap(port => hostsOfPort(known, port, nameIn(cloud.neutron.dns_domain, release)))
}

function isHost(owner: DeviceOwner, { hostsOfDhcpPorts }: DnsmasqRelease): boolean {
  return !ownersWithoutHost.includes(owner) || (owner === 'network:dhcp' && hostsOfDhcpPorts)
}

const ownersWithoutHost: readonly DeviceOwner[] = ['network:dhcp', 'network:floatingip']

type MakeFqdn = (hostname: string) => string

function nameIn(domain: string, { finalDot }: DnsmasqRelease): MakeFqdn {
  return hostname => (domain === '' && !finalDot ? hostname : `${hostname}.${domain}`)
}

function hostsOfPort(network: Network, port: Port, makeFqdn: MakeFqdn): readonly DnsmasqHost[] {
  const hosts = port.fixed_ips.flatMap(fixed => hostOf(network, port, fixed, makeFqdn))
  const isStateless = ({ subnet }: DnsmasqHost) => subnet.ipv6_address_mode === 'dhcpv6-stateless'
  return [...hosts.filter(isStateless), ...hosts.filter(host => !isStateless(host))]
}

function hostOf(network: Network, port: Port, fixed: FixedIp, makeFqdn: MakeFqdn): DnsmasqHost[] {
  const subnet = network.subnets.find(({ id }) => id === fixed.subnet_id)
  if (subnet === undefined) return []
  const { ip_address: address } = fixed
  const hostname = `host-${address.replaceAll(/[.:]/g, '-')}`
  return [{ port, subnet, address, hostname, fqdn: makeFqdn(hostname) }]
}

/** Whether dnsmasq hands out the address itself, or the guest makes it from a router advertisement. */
export function isLeased(host: DnsmasqHost): boolean {
  return host.subnet.enable_dhcp && !isAutoconfigured(host)
}

/** Whether the guest makes the address itself. */
export function isAutoconfigured({ subnet: { ipv6_address_mode } }: DnsmasqHost): boolean {
  return ipv6_address_mode === 'slaac' || ipv6_address_mode === 'dhcpv6-stateless'
}
