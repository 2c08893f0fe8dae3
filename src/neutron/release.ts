import type { ReleaseName } from '../topology/release-names.ts'
import { releaseNames } from '../topology/release-names.ts'

/**
 * Where Neutron's agents differ from release to release, each value as the last point release of its branch has it
 * (`ussuri-eol`, `stable/2026.1`), backports included.
 */
export interface NeutronRelease {
  /** Prefix length with which the DHCP port bears 169.254.169.254. */
  readonly dhcpMetadataPrefixLength: 16 | 32
  /** fe80::a9fe:a9fe is served, in qdhcp by address and in qrouter by rules. */
  readonly ipv6Metadata: boolean
  /** fe80::a9fe:a9fe stands in qdhcp only where the network has an IPv6 subnet. */
  readonly ipv6AddressNeedsIpv6Subnet: boolean
  /** An isolated IPv6 subnet is reason enough for a proxy in qdhcp. */
  readonly proxyCountsIpv6Subnets: boolean

  /**
   * What makes a subnet isolated: no router's port on it at all (a subnet without a gateway is isolated in any case), or
   * none that holds its `gateway_ip`.
   */
  readonly isolation: 'no-router-port' | 'no-router-on-gateway'
  /** A proxy runs in qdhcp only where a subnet is isolated; else wherever `enable_isolated_metadata` is on. */
  readonly proxyNeedsIsolation: boolean
  /** Any isolated subnet is reason for a proxy, one without DHCP or of IPv6 too, as long as an IPv4 one has DHCP. */
  readonly isolationCountsEverySubnet: boolean
  /** With `enable_metadata_network` the proxy sends a router's id only where a subnet lies in 169.254.0.0/16. */
  readonly routerIdNeedsMetadataSubnet: boolean
  /** Options 121 and 249 name the gateway for 169.254.169.254 where a subnet is not isolated; else nothing does. */
  readonly routesMetadataByGateway: boolean
  /** `force_metadata` is an option of neutron-dhcp-agent. */
  readonly forceMetadata: boolean
  /** `force_metadata` alone is reason enough to give the DHCP port 169.254.169.254. */
  readonly forceMetadataAddress: boolean
  /** The files of a proxy in qdhcp are named after the id that it sends; else after the network. */
  readonly proxyFilesBySentId: boolean
  /** With a metadata port of OVN's, no proxy runs in qdhcp, and DHCP routes to that port. */
  readonly ovnMetadataPort: boolean

  /**
   * DHCP agents are told of a router's port when it is attached and detached; else only a fetch of the network shows
   * it. For Liberty this is what its releases up to 7.1.1 do: 7.1.2 and 7.2.0, its last, had Mitaka's backported.
   */
  readonly hearsRouterPorts: boolean
  /** A changed network or subnet starts or stops the proxy in qdhcp; else only the first configuration starts one. */
  readonly evaluatesOnNetworkChange: boolean
  /** So does a changed port, a router's among them. */
  readonly evaluatesOnPortChange: boolean
  /** An agent that has started gives each network a new proxy; else one that runs is left alone. */
  readonly restartsProxyAtStart: boolean
  /** A proxy whose configuration would be another is stopped and started; else one that runs is left alone. */
  readonly replacesProxyOnChange: boolean

  readonly haproxy: HaproxyRelease
  readonly dnsmasq: DnsmasqRelease
  readonly iptables: IptablesRelease

  /** The template of radvd's configuration leaves blank lines around what may be absent. */
  readonly radvdBlankLines: boolean
  /** The L3 agent sets `net.netfilter.nf_conntrack_tcp_be_liberal`. */
  readonly conntrackLiberal: boolean
  /** neutron-metadata-agent: an eventlet WSGI server, or a plain socket server with manners of its own. */
  readonly agentStyle: 'wsgi' | 'socket'
}

/** How the template of haproxy's configuration is put together. */
export interface HaproxyRelease {
  /** Null where the line is not written and haproxy decides. */
  readonly nbthread: number | null
  /** Its lines in the system's log name the network or the router. */
  readonly logTag: boolean
  readonly blankLinesBeforeListen: 1 | 2
  /** The line after `bind` is the IPv6 one, or four spaces where there is none. */
  readonly ipv6BindLine: boolean
  readonly blankLineBeforeHeaders: boolean
  /** `[metadata_rate_limiting]` is known. */
  readonly rateLimiting: boolean
}

export interface DnsmasqRelease {
  /** `--dhcp-userclass=set:ipxe6,iPXE`. */
  readonly ipxe6UserClass: boolean
  /** What `--conf-file=` names where `dnsmasq_config_file` is not set. */
  readonly noConfigFile: '' | '/dev/null'
  /** IPv6 addresses carry `tag:dhcpv6,` in the host file. */
  readonly dhcpv6HostTag: boolean
  /** Routes to the network's other subnets stand before the host routes in option 121, else behind the metadata route. */
  readonly connectedRoutesFirst: boolean
  /** The leases written before dnsmasq starts never end; else they end one lease duration from now. */
  readonly leaseExpiryZero: boolean
}

export interface IptablesRelease {
  /** What qdhcp has of the nat table: all that a router has, nothing, or an empty wrapped PREROUTING. */
  readonly dhcpNat: 'full' | 'none' | 'prerouting'
  /** The router's ip6tables have a nat table. */
  readonly ipv6Nat: boolean
  /** The rule that keeps internal traffic from SNAT names the gateway device as input, too. */
  readonly internalTrafficByInput: boolean
}

/**
 * What Neutron's agents of a release do, told by its lower-case name.
 * Throws a RangeError for a name that is not in `releaseNames`.
 */
export function neutronRelease(name: string): NeutronRelease {
  const position = positionOf(name)
  return changes
    .filter(change => positionOf(change.since) <= position)
    .reduce((release, change) => apply(release, change), havana)
}

function positionOf(name: string): number {
  const names: readonly string[] = releaseNames
  const position = names.indexOf(name)
  if (position === -1) {
    throw new RangeError(
      `There is no release "${name}" of Neutron; known: ${releaseNames.join(', ')}`,
    )
  }
  return position
}

function apply(release: NeutronRelease, change: Change): NeutronRelease {
  return {
    ...release,
    ...change.agents,
    haproxy: { ...release.haproxy, ...change.haproxy },
    dnsmasq: { ...release.dnsmasq, ...change.dnsmasq },
    iptables: { ...release.iptables, ...change.iptables },
  }
}

interface Change {
  readonly since: ReleaseName
  readonly agents?: Partial<Omit<NeutronRelease, 'haproxy' | 'dnsmasq' | 'iptables'>>
  readonly haproxy?: Partial<HaproxyRelease>
  readonly dnsmasq?: Partial<DnsmasqRelease>
  readonly iptables?: Partial<IptablesRelease>
}

const havana: NeutronRelease = {
  dhcpMetadataPrefixLength: 16,
  ipv6Metadata: false,
  ipv6AddressNeedsIpv6Subnet: false,
  proxyCountsIpv6Subnets: false,
  isolation: 'no-router-port',
  proxyNeedsIsolation: false,
  isolationCountsEverySubnet: false,
  routerIdNeedsMetadataSubnet: true,
  routesMetadataByGateway: false,
  forceMetadata: false,
  forceMetadataAddress: false,
  proxyFilesBySentId: false,
  ovnMetadataPort: false,
  hearsRouterPorts: false,
  evaluatesOnNetworkChange: false,
  evaluatesOnPortChange: false,
  restartsProxyAtStart: false,
  replacesProxyOnChange: false,
  haproxy: {
    nbthread: null,
    logTag: true,
    blankLinesBeforeListen: 1,
    ipv6BindLine: false,
    blankLineBeforeHeaders: false,
    rateLimiting: false,
  },
  dnsmasq: {
    ipxe6UserClass: false,
    noConfigFile: '',
    dhcpv6HostTag: false,
    connectedRoutesFirst: false,
    leaseExpiryZero: false,
  },
  iptables: {
    dhcpNat: 'full',
    ipv6Nat: false,
    internalTrafficByInput: true,
  },
  radvdBlankLines: true,
  conntrackLiberal: false,
  agentStyle: 'wsgi',
}

/** Oldest first; a release that is not named changed nothing of the above. */
const changes: readonly Change[] = [
  {
    since: 'icehouse',
    agents: {
      isolation: 'no-router-on-gateway',
      proxyNeedsIsolation: true,
      isolationCountsEverySubnet: true,
      routerIdNeedsMetadataSubnet: false,
    },
  },
  { since: 'kilo', agents: { proxyFilesBySentId: true } },
  { since: 'liberty', agents: { routesMetadataByGateway: true, forceMetadata: true } },
  {
    since: 'mitaka',
    agents: {
      isolationCountsEverySubnet: false,
      forceMetadataAddress: true,
      hearsRouterPorts: true,
      evaluatesOnNetworkChange: true,
    },
  },
  { since: 'pike', agents: { routerIdNeedsMetadataSubnet: true, evaluatesOnPortChange: true } },
  {
    since: 'stein',
    dnsmasq: { ipxe6UserClass: true },
    iptables: { internalTrafficByInput: false },
  },
  {
    since: 'train',
    dnsmasq: { noConfigFile: '/dev/null', dhcpv6HostTag: true, connectedRoutesFirst: true },
    iptables: { dhcpNat: 'none' },
  },
  {
    since: 'victoria',
    agents: {
      dhcpMetadataPrefixLength: 32,
      ipv6Metadata: true,
      proxyCountsIpv6Subnets: true,
      restartsProxyAtStart: true,
    },
    haproxy: { ipv6BindLine: true },
    iptables: { ipv6Nat: true },
  },
  { since: 'wallaby', agents: { radvdBlankLines: false, ovnMetadataPort: true } },
  { since: '2023.1', haproxy: { blankLinesBeforeListen: 2 } },
  {
    since: '2023.2',
    haproxy: { blankLinesBeforeListen: 1, blankLineBeforeHeaders: true, rateLimiting: true },
  },
  {
    since: '2024.1',
    agents: { ipv6AddressNeedsIpv6Subnet: true, replacesProxyOnChange: true },
    iptables: { dhcpNat: 'prerouting' },
  },
  { since: '2025.1', agents: { conntrackLiberal: true, agentStyle: 'socket' } },
  { since: '2025.2', haproxy: { nbthread: 2 } },
  { since: '2026.1', dnsmasq: { leaseExpiryZero: true } },
]
