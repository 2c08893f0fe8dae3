import type { Cloud, Network } from '../cloud/cloud.ts'
import { dnsmasqHostsOf, isLeased } from './dnsmasq-hosts.ts'
import { neutronRelease } from './release.ts'

/** `host`, for --dhcp-hostsfile: who gets which address. */
export function hostFile(cloud: Cloud, network: Network): string {
  const { dhcpv6HostTag } = neutronRelease(cloud.neutron.release).dnsmasq
  return dnsmasqHostsOf(cloud, network)
    .filter(isLeased)
    .map(({ port, subnet, address, fqdn }) =>
      subnet.ip_version === 4
        ? `${port.mac_address},${fqdn},${address}\n`
        : `${port.mac_address},${dhcpv6HostTag ? 'tag:dhcpv6,' : ''}${fqdn},[${address}]\n`,
    )
    .join('')
}

/** `addn_hosts`, for --addn-hosts: names of all addresses, leased or not. */
export function addnHostsFile(cloud: Cloud, network: Network): string {
  return dnsmasqHostsOf(cloud, network)
    .map(({ address, hostname, fqdn }) => `${address}\t${fqdn} ${hostname}\n`)
    .join('')
}

/**
 * `leases` as the agent leaves it for dnsmasq's first start: each IPv4 address counts as taken by its port, so that a
 * guest that renews is not refused. `nowSeconds` is since the epoch.
 */
export function leasesFile(cloud: Cloud, network: Network, nowSeconds: number): string {
  const expiry = leaseExpiry(cloud.neutron, nowSeconds)
  return dnsmasqHostsOf(cloud, network)
    .filter(host => isLeased(host) && host.subnet.ip_version === 4)
    .map(({ port, address }) => `${expiry} ${port.mac_address} ${address} * *\n`)
    .join('')
}

/** Zero never ends. */
function leaseExpiry({ release, dhcp_agent }: Cloud['neutron'], nowSeconds: number): number {
  const { leaseExpiryZero } = neutronRelease(release).dnsmasq
  const { dhcp_lease_duration } = dhcp_agent
  return leaseExpiryZero || dhcp_lease_duration === -1 ? 0 : nowSeconds + dhcp_lease_duration
}
