import type { Cloud, Network } from '../cloud/cloud.ts'
import { type DnsmasqHost, dnsmasqHostsOf, isAutoconfigured, isLeased } from './dnsmasq-hosts.ts'
import { type DnsmasqRelease, neutronRelease } from './release.ts'

/** `host`, for --dhcp-hostsfile: who gets which address. */
export function hostFile(cloud: Cloud, network: Network): string {
  const release = neutronRelease(cloud.neutron.release).dnsmasq
  return dnsmasqHostsOf(cloud, network)
    .filter(host => isLeased(host) || (release.hostsWithoutDhcp && !isAutoconfigured(host)))
    .map(host => hostLine(host, release))
    .join('')
}

function hostLine(host: DnsmasqHost, { dhcpv6HostTag, ipv6Brackets }: DnsmasqRelease): string {
  const { port, subnet, address, fqdn } = host
  if (subnet.ip_version === 4) return `${port.mac_address},${fqdn},${address}\n`
  const tag = dhcpv6HostTag ? 'tag:dhcpv6,' : ''
  return `${port.mac_address},${tag}${fqdn},${ipv6Brackets ? literal(host) : address}\n`
}

/** `addn_hosts`, for --addn-hosts: names of addresses, leased or not. */
export function addnHostsFile(cloud: Cloud, network: Network): string {
  const { namesAutoconfigured } = neutronRelease(cloud.neutron.release).dnsmasq
  return dnsmasqHostsOf(cloud, network)
    .filter(host => namesAutoconfigured || !isAutoconfigured(host))
    .map(({ address, hostname, fqdn }) => `${address}\t${fqdn} ${hostname}\n`)
    .join('')
}

/**
 * `leases` as the agent leaves it for dnsmasq's first start: each address counts as taken by its port, so that a guest
 * that renews is not refused. dnsmasq passes over the IPv6 ones of before Queens. `nowSeconds` is since the epoch.
 */
export function leasesFile(cloud: Cloud, network: Network, nowSeconds: number): string {
  const { ipv6Leases } = neutronRelease(cloud.neutron.release).dnsmasq
  const expiry = leaseExpiry(cloud.neutron, nowSeconds)
  return dnsmasqHostsOf(cloud, network)
    .filter(host => isLeased(host) && (ipv6Leases || host.subnet.ip_version === 4))
    .map(host => `${expiry} ${host.port.mac_address} ${literal(host)} * *\n`)
    .join('')
}

function literal({ subnet, address }: DnsmasqHost): string {
  return subnet.ip_version === 4 ? address : `[${address}]`
}

/** Zero never ends. */
function leaseExpiry({ release, dhcp_agent }: Cloud['neutron'], nowSeconds: number): number {
  const { leaseExpiryZero } = neutronRelease(release).dnsmasq
  const { dhcp_lease_duration } = dhcp_agent
  return leaseExpiryZero || dhcp_lease_duration === -1 ? 0 : nowSeconds + dhcp_lease_duration
}
