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

  /** What carries guests' requests to the metadata agent. */
  readonly metadataProxy: 'ns-metadata-proxy' | 'haproxy'
  readonly haproxy: HaproxyRelease
  readonly dnsmasq: DnsmasqRelease
  readonly iptables: IptablesRelease
  readonly radvd: RadvdRelease
  readonly namespaces: NamespaceRelease

  /** Processes that agents start have their name in `PROCESS_TAG`. */
  readonly processTag: boolean
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
  /** Headers of the proxy's kind that a guest sends are taken out; else the proxy's are added to them. */
  readonly replacesHeaders: boolean
  /** `[metadata_rate_limiting]` is known. */
  readonly rateLimiting: boolean
}

/** How dnsmasq is told of its device, in the command line and by it. */
export type DnsmasqBinding = 'interface-first' | 'interface' | 'bind-interfaces' | 'bind-dynamic'

export interface DnsmasqRelease {
  /**
   * `--bind-interfaces --interface=<device> --except-interface=lo` before the names of files, or half of it behind them,
   * or `--local-service` with `--bind-interfaces`, which binds what is there at start, or with `--bind-dynamic`.
   */
  readonly binding: DnsmasqBinding
  /** `--strict-order`. */
  readonly strictOrder: boolean
  /** `dnsmasq_local_resolv` is an option of neutron-dhcp-agent. */
  readonly localResolv: boolean
  /** `--dhcp-match=set:ipxe,175`. */
  readonly ipxe: boolean
  /** `--dhcp-userclass=set:ipxe6,iPXE`. */
  readonly ipxe6UserClass: boolean
  /** Whether ranges and options are tagged by the subnet's position in the network or by its id. */
  readonly tags: 'position' | 'subnet-id'
  /** IPv4 ranges name their netmask. */
  readonly netmask: boolean
  /** `--dhcp-option-force=option:mtu`: `advertise_mtu` is on by default, or there is no such option any more. */
  readonly advertisesMtu: boolean
  /** `dhcp_renewal_time` and `dhcp_rebinding_time` are options of neutron-dhcp-agent. */
  readonly timers: boolean
  /** `dnsmasq_dns_servers` is a list; before, one server. */
  readonly severalDnsServers: boolean
  /** `dhcp_broadcast_reply` is an option of neutron-dhcp-agent. */
  readonly broadcastReply: boolean
  /** What `--conf-file=` names where `dnsmasq_config_file` is not set. */
  readonly noConfigFile: '' | '/dev/null'

  /**
   * The agent knows `ipv6_ra_mode` and `ipv6_address_mode`, and DHCPv6 has options of its own. Before, an IPv6 subnet with
   * DHCP is treated like an IPv4 one; Neutron's API takes no modes then, nor does a topology.
   */
  readonly ipv6Modes: boolean

  /** The network's id is in `NEUTRON_NETWORK_ID`. */
  readonly networkIdVariable: boolean
  /** There are `leases` and `addn_hosts`; before, `--leasefile-ro` keeps leases in memory. */
  readonly keepsLeases: boolean
  /** Ports of DHCP agents are among the hosts. */
  readonly hostsOfDhcpPorts: boolean
  /** Addresses in subnets without DHCP stand in the host file. */
  readonly hostsWithoutDhcp: boolean
  /** Addresses that guests make themselves have names, too. */
  readonly namesAutoconfigured: boolean
  /** Without a domain a name ends in a dot. */
  readonly finalDot: boolean
  /** IPv6 addresses stand in brackets in the host file. */
  readonly ipv6Brackets: boolean
  /** IPv6 addresses carry `tag:dhcpv6,` in the host file. */
  readonly dhcpv6HostTag: boolean
  /** IPv6 addresses are among the leases written before dnsmasq starts. */
  readonly ipv6Leases: boolean
  /** The leases written before dnsmasq starts never end; else they end one lease duration from now. */
  readonly leaseExpiryZero: boolean

  /** Where routes to the network's other subnets stand in option 121, as seen from the host routes. */
  readonly connectedRoutes: 'none' | 'behind' | 'before'
  /** Options 121 and 249 end in the default route; without it clients that go by RFC 3442 have none. */
  readonly defaultRouteInOption121: boolean
  /** A host route to 0.0.0.0/0 goes before `gateway_ip`. */
  readonly hostRouteIsGateway: boolean
  /** The one nameserver 0.0.0.0 or :: means none. */
  readonly anyAddressIsNobody: boolean
  /** A subnet without nameservers is told its DHCP servers as such where there is only one, too. */
  readonly namesOneDhcpServer: boolean
}

/** What agents set in the namespaces that they make. */
export interface NamespaceRelease {
  /** `net.ipv4.conf.all.promote_secondaries`. */
  readonly promoteSecondaries: boolean
  /** qdhcp: `net.ipv4.ip_nonlocal_bind`. */
  readonly nonlocalBind: boolean
  /**
   * qdhcp has an IPv6 default route and takes none from router advertisements; else the kernel may, and the agent sets
   * IPv4's alone.
   */
  readonly dhcpIpv6: boolean
  /** The DHCP port is given its addresses in subnets with router advertisements; else the kernel makes them. */
  readonly dhcpAutoAddresses: boolean
  /** qrouter: `arp_ignore` and `arp_announce`. */
  readonly strictArp: boolean
  /** qrouter: `net.ipv6.conf.all.forwarding`. */
  readonly ipv6Forwarding: boolean
  /** IPv6 of the gateway device: nothing, `accept_ra` where no IPv6 gateway is known, or that and `forwarding`. */
  readonly gatewayIpv6: 'none' | 'accept-ra' | 'forwarding'
}

/** What the L3 agent tells radvd: neutron/agent/linux/ra.py. */
export interface RadvdRelease {
  /** It runs one at all. */
  readonly runs: boolean
  /** A port's IPv6 subnets count all; else the first alone. */
  readonly countsEverySubnet: boolean
  /** Seconds: MinRtrAdvInterval and MaxRtrAdvInterval. */
  readonly intervals: readonly [smallest: number, largest: number]
  /** AdvLinkMTU: not in the template, off by the default of an option, or on. */
  readonly mtu: 'absent' | 'off' | 'on'
  /** RDNSS. */
  readonly advertisesDns: boolean
  /** Prefixes of stateful subnets are advertised, too. */
  readonly statefulPrefixes: boolean
  /** Where its command line names the agent's user, to whom its configuration is read-only then; else it runs as root. */
  readonly user: 'absent' | 'before-log' | 'last'
  /** The template leaves blank lines around what may be absent. */
  readonly blankLines: boolean
}

export interface IptablesRelease {
  /** Of which IP versions qdhcp has rules. */
  readonly dhcpFamilies: readonly (4 | 6)[]
  /** What qdhcp has of the nat table: all that a router has, nothing, or an empty wrapped PREROUTING. */
  readonly dhcpNat: 'full' | 'none' | 'prerouting'
  /** Of which IP versions qrouter has rules. */
  readonly routerFamilies: readonly (4 | 6)[]
  /** The tables of IPv4 and IPv6, nat left aside. */
  readonly tables: Readonly<Record<4 | 6, readonly ('mangle' | 'raw' | 'filter')[]>>
  /** The router's ip6tables have a nat table. */
  readonly ipv6Nat: boolean
  /** IPv4 has a chain that marks what comes in by the gateway. */
  readonly markChain: boolean
  /** Where packets are marked by address scope: in no namespace, in those of routers, or in DHCP's as well. */
  readonly addressScopes: 'none' | 'routers' | 'everywhere'
  /** Rules that need one have a comment: `comment_iptables_rules`. */
  readonly comments: boolean

  /** SNAT by the source's network, before it was by the device that packets leave by. */
  readonly snat: 'by-network' | 'by-device'
  /** Without SNAT there is still what floating IPs need: the marks, and SNAT of translated packets. */
  readonly floatingIpsWithoutSnat: boolean
  /** `--random-fully`: `use_random_fully`. */
  readonly randomFully: boolean
  /** The rule that keeps internal traffic from SNAT names the gateway device as input, too. */
  readonly internalTrafficByInput: boolean

  /**
   * How requests for metadata reach the proxy, and it alone: redirected from any device to an open port; marked and
   * redirected; or marked in the mark's lower half, where they come in by an internal device.
   */
  readonly metadata: 'open' | 'marked' | 'masked'
  /** The rules for metadata stand before the gateway's and floating IPs'. */
  readonly metadataFirst: boolean
  /** Requests for metadata are marked where `enable_metadata_proxy` is off, too. */
  readonly metadataMarkWithoutProxy: boolean
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
    radvd: { ...release.radvd, ...change.radvd },
    namespaces: { ...release.namespaces, ...change.namespaces },
  }
}

type GroupOfFacts = 'haproxy' | 'dnsmasq' | 'iptables' | 'radvd' | 'namespaces'

interface Change {
  readonly since: ReleaseName
  readonly agents?: Partial<Omit<NeutronRelease, GroupOfFacts>>
  readonly haproxy?: Partial<HaproxyRelease>
  readonly dnsmasq?: Partial<DnsmasqRelease>
  readonly iptables?: Partial<IptablesRelease>
  readonly radvd?: Partial<RadvdRelease>
  readonly namespaces?: Partial<NamespaceRelease>
}

const allTables = ['mangle', 'raw', 'filter'] as const

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
  metadataProxy: 'ns-metadata-proxy',
  haproxy: {
    nbthread: null,
    logTag: true,
    blankLinesBeforeListen: 1,
    ipv6BindLine: false,
    blankLineBeforeHeaders: false,
    replacesHeaders: false,
    rateLimiting: false,
  },
  dnsmasq: {
    binding: 'interface-first',
    strictOrder: true,
    localResolv: false,
    ipxe: false,
    ipxe6UserClass: false,
    tags: 'position',
    netmask: false,
    advertisesMtu: false,
    timers: false,
    severalDnsServers: false,
    broadcastReply: false,
    noConfigFile: '',
    ipv6Modes: false,
    networkIdVariable: true,
    keepsLeases: false,
    hostsOfDhcpPorts: true,
    hostsWithoutDhcp: true,
    namesAutoconfigured: false,
    finalDot: true,
    ipv6Brackets: false,
    dhcpv6HostTag: false,
    ipv6Leases: true,
    leaseExpiryZero: false,
    connectedRoutes: 'none',
    defaultRouteInOption121: false,
    hostRouteIsGateway: true,
    anyAddressIsNobody: false,
    namesOneDhcpServer: false,
  },
  iptables: {
    dhcpFamilies: [],
    dhcpNat: 'full',
    routerFamilies: [4],
    tables: { 4: ['filter'], 6: ['filter'] },
    ipv6Nat: false,
    markChain: false,
    addressScopes: 'none',
    comments: false,
    snat: 'by-network',
    floatingIpsWithoutSnat: false,
    randomFully: false,
    internalTrafficByInput: true,
    metadata: 'open',
    metadataFirst: true,
    metadataMarkWithoutProxy: false,
  },
  radvd: {
    runs: false,
    countsEverySubnet: false,
    intervals: [3, 10],
    mtu: 'absent',
    advertisesDns: false,
    statefulPrefixes: false,
    user: 'absent',
    blankLines: true,
  },
  namespaces: {
    promoteSecondaries: false,
    nonlocalBind: false,
    dhcpIpv6: false,
    dhcpAutoAddresses: true,
    strictArp: false,
    ipv6Forwarding: false,
    gatewayIpv6: 'none',
  },
  processTag: false,
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
    dnsmasq: {
      keepsLeases: true,
      severalDnsServers: true,
      ipv6Brackets: true,
      defaultRouteInOption121: true,
      hostRouteIsGateway: false,
    },
    iptables: { routerFamilies: [4, 6] },
  },
  {
    since: 'juno',
    radvd: { runs: true },
    dnsmasq: {
      ipv6Modes: true,
      finalDot: false,
      namesOneDhcpServer: true,
    },
    iptables: { tables: { 4: allTables, 6: ['filter'] }, metadata: 'marked' },
    namespaces: { promoteSecondaries: true, ipv6Forwarding: true },
  },
  {
    since: 'kilo',
    agents: { proxyFilesBySentId: true },
    radvd: { countsEverySubnet: true },
    dnsmasq: {
      broadcastReply: true,
      networkIdVariable: false,
      hostsWithoutDhcp: false,
      namesAutoconfigured: true,
      connectedRoutes: 'behind',
    },
    iptables: {
      dhcpFamilies: [4],
      markChain: true,
      comments: true,
      snat: 'by-device',
      metadataFirst: false,
    },
    namespaces: { dhcpAutoAddresses: false, gatewayIpv6: 'accept-ra' },
  },
  {
    since: 'liberty',
    agents: { routesMetadataByGateway: true, forceMetadata: true },
    radvd: { mtu: 'off', statefulPrefixes: true },
    dnsmasq: { binding: 'interface', ipxe: true, namesOneDhcpServer: false },
    iptables: {
      tables: { 4: allTables, 6: ['raw', 'filter'] },
      floatingIpsWithoutSnat: true,
      metadata: 'masked',
    },
  },
  {
    since: 'mitaka',
    agents: {
      isolationCountsEverySubnet: false,
      forceMetadataAddress: true,
      hearsRouterPorts: true,
      evaluatesOnNetworkChange: true,
    },
    radvd: { intervals: [30, 100], mtu: 'on', advertisesDns: true },
    dnsmasq: { localResolv: true, advertisesMtu: true },
    iptables: { tables: { 4: allTables, 6: allTables }, addressScopes: 'everywhere' },
  },
  {
    since: 'newton',
    iptables: { addressScopes: 'routers' },
    namespaces: { dhcpAutoAddresses: true, dhcpIpv6: true, gatewayIpv6: 'forwarding' },
  },
  {
    since: 'ocata',
    dnsmasq: { strictOrder: false },
    iptables: { randomFully: true },
    namespaces: { strictArp: true },
  },
  {
    since: 'pike',
    agents: {
      routerIdNeedsMetadataSubnet: true,
      evaluatesOnPortChange: true,
      metadataProxy: 'haproxy',
    },
    radvd: { user: 'before-log' },
    dnsmasq: { binding: 'bind-interfaces', netmask: true },
    iptables: { dhcpFamilies: [4, 6], metadataMarkWithoutProxy: true },
    namespaces: { nonlocalBind: true },
  },
  {
    since: 'queens',
    haproxy: { replacesHeaders: true },
    dnsmasq: {
      binding: 'bind-dynamic',
      tags: 'subnet-id',
      timers: true,
      hostsOfDhcpPorts: false,
      ipv6Leases: false,
      anyAddressIsNobody: true,
    },
  },
  { since: 'rocky', radvd: { user: 'last' } },
  {
    since: 'stein',
    dnsmasq: { ipxe6UserClass: true },
    iptables: { internalTrafficByInput: false },
  },
  {
    since: 'train',
    dnsmasq: { noConfigFile: '/dev/null', dhcpv6HostTag: true, connectedRoutes: 'before' },
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
  { since: 'wallaby', agents: { ovnMetadataPort: true }, radvd: { blankLines: false } },
  {
    since: '2023.1',
    agents: { processTag: true },
    haproxy: { blankLinesBeforeListen: 2 },
  },
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
