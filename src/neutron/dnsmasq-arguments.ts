import type { Cloud, Network, Subnet } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { isServedByDhcpv6 } from '../topology/dhcpv6-subnets.ts'
import { formatAddress, formatNetmask, parseCidr } from '../topology/ip.ts'
import { knownSubnets, subnetTag } from './known-subnets.ts'
import { type DnsmasqBinding, type DnsmasqRelease, neutronRelease } from './release.ts'

/** Where a dnsmasq works: its directory, without a final slash, and the DHCP port's device. */
export interface DnsmasqPlace {
  readonly directory: string
  readonly device: string
}

/**
 * dnsmasq's command line, from `dnsmasq` on, in the agent's order. `Dnsmasq._build_cmdline_callback`, up to Juno
 * `spawn_process`. What dnsmasq would not start with is left out: IPv6 ranges on a machine without IPv6, those shorter than
 * /64, which Neutron leaves out since Mitaka, and the `-1s` of leases without end, which is `infinite` since Juno.
 */
export function dnsmasqArguments(
  cloud: Cloud,
  network: Network,
  { directory, device }: DnsmasqPlace,
  { ipv6 }: MachineFacts,
) {
  const { dhcp_agent, dns_domain } = cloud.neutron
  const release = neutronRelease(cloud.neutron.release).dnsmasq
  const binding = bindings[release.binding](device)
  const ranges = knownSubnets(cloud, network)
    .filter(subnet => ipv6 || subnet.ip_version === 4)
    .flatMap(subnet => dhcpRanges(cloud, network, subnet))
  return [
    'dnsmasq',
    '--no-hosts',
    resolverArgument(dhcp_agent, release),
    ...(release.strictOrder ? ['--strict-order'] : []),
    ...binding.beforeFiles,
    ...fileArguments(directory, release),
    ...(release.ipxe ? ['--dhcp-match=set:ipxe,175'] : []),
    ...(release.ipxe6UserClass ? ['--dhcp-userclass=set:ipxe6,iPXE'] : []),
    ...binding.behindFiles,
    ...ranges.map(({ argument }) => argument),
    ...mtuArguments(network, release),
    `--dhcp-lease-max=${leaseMax(ranges, dhcp_agent.dnsmasq_lease_max)}`,
    ...(release.timers ? timers(dhcp_agent) : []),
    `--conf-file=${release.noConfigFile}`,
    ...dnsServers(dhcp_agent, release).map(server => `--server=${server}`),
    ...(dns_domain ? [`--domain=${dns_domain}`] : []),
    ...(release.broadcastReply && dhcp_agent.dhcp_broadcast_reply ? ['--dhcp-broadcast'] : []),
  ]
}

type DhcpAgent = Cloud['neutron']['dhcp_agent']

/** The empty argument is Neutron's own: the machine's resolvers are asked, and the place in the line stays. */
function resolverArgument(
  { dnsmasq_dns_servers, dnsmasq_local_resolv }: DhcpAgent,
  { localResolv }: DnsmasqRelease,
): string {
  const asksMachine = localResolv && dnsmasq_local_resolv && dnsmasq_dns_servers.length === 0
  return asksMachine ? '' : '--no-resolv'
}

interface BindingArguments {
  readonly beforeFiles: readonly string[]
  readonly behindFiles: readonly string[]
}

/** Those of interface drivers that are `bridged`, as Open vSwitch's and Linux bridges' are. */
const bindings: Readonly<Record<DnsmasqBinding, (device: string) => BindingArguments>> = {
  'interface-first': device => ({
    beforeFiles: ['--bind-interfaces', `--interface=${device}`, '--except-interface=lo'],
    behindFiles: [],
  }),
  interface: device => ({
    beforeFiles: ['--except-interface=lo'],
    behindFiles: ['--bind-interfaces', `--interface=${device}`],
  }),
  'bind-interfaces': () => ({
    beforeFiles: [],
    behindFiles: ['--local-service', '--bind-interfaces'],
  }),
  'bind-dynamic': () => ({ beforeFiles: [], behindFiles: ['--local-service', '--bind-dynamic'] }),
}

function fileArguments(directory: string, { keepsLeases }: DnsmasqRelease): readonly string[] {
  return [
    `--pid-file=${directory}/pid`,
    `--dhcp-hostsfile=${directory}/host`,
    ...(keepsLeases ? [`--addn-hosts=${directory}/addn_hosts`] : []),
    `--dhcp-optsfile=${directory}/opts`,
    keepsLeases ? `--dhcp-leasefile=${directory}/leases` : '--leasefile-ro',
  ]
}

interface Range {
  readonly argument: string
  readonly size: bigint
}

/** None without DHCP, and where guests make their addresses themselves. */
function dhcpRanges(cloud: Cloud, network: Network, subnet: Subnet): readonly Range[] {
  const release = neutronRelease(cloud.neutron.release).dnsmasq
  const range = parseCidr(subnet.cidr)
  if (range === undefined || !subnet.enable_dhcp) return []
  if (subnet.ip_version === 6 && !isServedByDhcpv6(subnet, 'openvswitch')) return []
  const words = [
    `set:${subnetTag(cloud, network, subnet)}`,
    formatAddress({ version: range.version, value: range.first }),
    'static',
    ...masks(subnet, range.prefix, release),
    leaseTime(cloud.neutron.dhcp_agent),
  ]
  return [{ argument: `--dhcp-range=${words.join(',')}`, size: range.last - range.first + 1n }]
}

function masks({ ip_version }: Subnet, prefix: number, release: DnsmasqRelease): string[] {
  if (ip_version === 4) return release.netmask ? [formatNetmask(prefix)] : []
  return release.ipv6Modes ? [String(prefix)] : []
}

function leaseTime({ dhcp_lease_duration }: DhcpAgent): string {
  return dhcp_lease_duration === -1 ? 'infinite' : `${dhcp_lease_duration}s`
}

function mtuArguments({ mtu }: Network, { advertisesMtu }: DnsmasqRelease): readonly string[] {
  return advertisesMtu && mtu > 0 ? [`--dhcp-option-force=option:mtu,${mtu}`] : []
}

function leaseMax(ranges: readonly Range[], limit: number): bigint {
  const possible = ranges.reduce((sum, { size }) => sum + size, 0n)
  return possible < BigInt(limit) ? possible : BigInt(limit)
}

function timers({ dhcp_renewal_time, dhcp_rebinding_time }: DhcpAgent): readonly string[] {
  return [
    ...(dhcp_renewal_time > 0 ? [`--dhcp-option-force=option:T1,${dhcp_renewal_time}s`] : []),
    ...(dhcp_rebinding_time > 0 ? [`--dhcp-option-force=option:T2,${dhcp_rebinding_time}s`] : []),
  ]
}

/** Havana's option is named `dnsmasq_dns_server` and has one. */
function dnsServers({ dnsmasq_dns_servers }: DhcpAgent, { severalDnsServers }: DnsmasqRelease) {
  return severalDnsServers ? dnsmasq_dns_servers : dnsmasq_dns_servers.slice(0, 1)
}
