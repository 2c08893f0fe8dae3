import type { Cloud, Network, Subnet } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { formatAddress, parseCidr } from '../topology/ip.ts'
import { neutronRelease } from './release.ts'

/**
 * dnsmasq's command line, from `dnsmasq` on, in the agent's order. `Dnsmasq._build_cmdline_callback`. IPv6 ranges are
 * left out on a machine without IPv6, where dnsmasq would not start with them.
 */
export function dnsmasqArguments(
  cloud: Cloud,
  network: Network,
  directory: string,
  { ipv6 }: MachineFacts,
) {
  const { release, dhcp_agent, dns_domain } = cloud.neutron
  const { ipxe6UserClass, noConfigFile } = neutronRelease(release).dnsmasq
  const ranges = network.subnets
    .filter(subnet => ipv6 || subnet.ip_version === 4)
    .flatMap(subnet => dhcpRanges(subnet, dhcp_agent.dhcp_lease_duration))
  return [
    'dnsmasq',
    '--no-hosts',
    resolverArgument(dhcp_agent),
    `--pid-file=${directory}/pid`,
    `--dhcp-hostsfile=${directory}/host`,
    `--addn-hosts=${directory}/addn_hosts`,
    `--dhcp-optsfile=${directory}/opts`,
    `--dhcp-leasefile=${directory}/leases`,
    '--dhcp-match=set:ipxe,175',
    ...(ipxe6UserClass ? ['--dhcp-userclass=set:ipxe6,iPXE'] : []),
    '--local-service',
    '--bind-dynamic',
    ...ranges.map(({ argument }) => argument),
    ...(network.mtu > 0 ? [`--dhcp-option-force=option:mtu,${network.mtu}`] : []),
    `--dhcp-lease-max=${leaseMax(ranges, dhcp_agent.dnsmasq_lease_max)}`,
    ...timers(dhcp_agent),
    `--conf-file=${noConfigFile}`,
    ...dhcp_agent.dnsmasq_dns_servers.map(server => `--server=${server}`),
    ...(dns_domain ? [`--domain=${dns_domain}`] : []),
    ...(dhcp_agent.dhcp_broadcast_reply ? ['--dhcp-broadcast'] : []),
  ]
}

type DhcpAgent = Cloud['neutron']['dhcp_agent']

/** The empty argument is Neutron's own: the machine's resolvers are asked, and the place in the line stays. */
function resolverArgument({ dnsmasq_dns_servers, dnsmasq_local_resolv }: DhcpAgent): string {
  return dnsmasq_dns_servers.length > 0 || !dnsmasq_local_resolv ? '--no-resolv' : ''
}

interface Range {
  readonly argument: string
  readonly size: bigint
}

/** None without DHCP, where guests make their addresses themselves, and for IPv6 prefixes shorter than 64. */
function dhcpRanges(subnet: Subnet, leaseSeconds: number): readonly Range[] {
  const range = parseCidr(subnet.cidr)
  if (range === undefined || !subnet.enable_dhcp) return []
  if (subnet.ip_version === 6 && (range.prefix < 64 || !isServed(subnet))) return []
  const network = formatAddress({ version: range.version, value: range.first })
  const mask = subnet.ip_version === 4 ? netmask(range.prefix) : range.prefix
  const lease = leaseSeconds === -1 ? 'infinite' : `${leaseSeconds}s`
  return [
    {
      argument: `--dhcp-range=set:subnet-${subnet.id},${network},static,${mask},${lease}`,
      size: range.last - range.first + 1n,
    },
  ]
}

/** Stateful, stateless, or with neither mode set. */
function isServed({ ipv6_address_mode, ipv6_ra_mode }: Subnet): boolean {
  if (ipv6_address_mode === null) return ipv6_ra_mode === null
  return ipv6_address_mode !== 'slaac'
}

function netmask(prefix: number): string {
  const allOnes = (1n << 32n) - 1n
  return formatAddress({ version: 4, value: allOnes ^ (allOnes >> BigInt(prefix)) })
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
