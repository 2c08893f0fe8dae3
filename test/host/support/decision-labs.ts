/** A lab of one release and one configuration, with a network or more for each row of the decision tables. */
export interface DecisionLab {
  readonly release: string
  readonly dhcp_agent?: Readonly<Record<string, boolean>>
  readonly l3_agent?: Readonly<Record<string, boolean>>
  /** Metadata addresses on every DHCP port: decision (c). */
  readonly bears: readonly string[]
  readonly networks: Readonly<Record<string, object>>
  readonly routers?: Readonly<Record<string, object>>
  readonly rows: readonly DecisionRow[]
  /** Machines that Nova does not know: `lab up` waits for the answer to an instance, and here none comes. */
  readonly as?: 'guests'
}

/** What a guest of a network sees. */
export interface DecisionRow {
  readonly title: string
  readonly network: string
  /** The guest's addresses, where the network has several subnets. */
  readonly fixed_ips?: readonly string[]
  /** Decision (a): the header of the proxy in qdhcp, null where none runs. */
  readonly proxy: 'network' | 'router' | null
  /** Decision (b): the next hop in the lease's option 121, null without one. */
  readonly via: string | null
  /** Decision (e). */
  readonly sees: Outcome
  /** What it gets at fe80::a9fe:a9fe; not asked where left out. */
  readonly seesIpv6?: Outcome
}

/** Who answers, or the kernel's words for why nobody does. */
export type Outcome =
  | 'qdhcp answers'
  | 'qrouter answers'
  | 'Connection refused'
  | 'No route to host'
  | 'Network is unreachable'
  | 'timeout'

const plain = { subnets: [{ cidr: '10.0.0.0/24' }], dhcp_port: { fixed_ip: '10.0.0.2' } }
const open = {
  subnets: [{ cidr: '10.0.0.0/24', gateway_ip: null }],
  dhcp_port: { fixed_ip: '10.0.0.2' },
}
const told = {
  subnets: [
    { cidr: '10.0.0.0/24', host_routes: [{ destination: '10.9.0.0/24', nexthop: '10.0.0.9' }] },
  ],
  dhcp_port: { fixed_ip: '10.0.0.2' },
}
const withoutDhcp = { subnets: [{ cidr: '10.0.0.0/24', enable_dhcp: false }] }
const dual = {
  subnets: [
    { cidr: '10.0.0.0/24' },
    {
      cidr: 'fd00:7::/64',
      ipv6_ra_mode: 'dhcpv6-stateful',
      ipv6_address_mode: 'dhcpv6-stateful',
    },
  ],
  dhcp_port: { fixed_ips: ['10.0.0.2', 'fd00:7::2'] },
}
const linkLocal = {
  subnets: [{ cidr: '169.254.10.0/24' }],
  dhcp_port: { fixed_ip: '169.254.10.2' },
}

function on(...interfaces: readonly object[]) {
  return { interfaces }
}

const isolatedOn = { enable_isolated_metadata: true }
const v4 = (prefix: 16 | 32) => `inet 169.254.169.254/${prefix}`

/** Section 2, 4 and 5 of spec/dhcp-agent.md, and the addresses of section 3 of spec/neutron-namespaces.md. */
export const decisionLabs = {
  'enable_isolated_metadata, 2026.1': {
    release: '2026.1',
    dhcp_agent: isolatedOn,
    bears: [v4(32)],
    networks: {
      isolated: plain,
      open,
      openWithRoute: {
        ...open,
        subnets: [
          { ...open.subnets[0], host_routes: [{ destination: '0.0.0.0/0', nexthop: '10.0.0.9' }] },
        ],
      },
      routed: plain,
      aside: plain,
      twoRouters: plain,
      mixed: {
        subnets: [{ cidr: '10.0.0.0/24' }, { cidr: '10.0.1.0/24' }],
        dhcp_port: { fixed_ips: ['10.0.0.2', '10.0.1.2'] },
      },
      static: withoutDhcp,
      staticRouted: withoutDhcp,
      dual,
    },
    routers: {
      r1: on({ network: 'routed' }),
      r2: on({ network: 'aside', fixed_ip: '10.0.0.254' }),
      r3: on({ network: 'twoRouters' }),
      r4: on({ network: 'twoRouters', fixed_ip: '10.0.0.254' }),
      r5: on({ network: 'mixed', subnet: '10.0.0.0/24' }),
      r6: on({ network: 'staticRouted' }),
      r7: on({ network: 'dual', subnet: '10.0.0.0/24' }),
    },
    rows: [
      {
        title: '(a) 10, (b) 6: an isolated subnet',
        network: 'isolated',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 10, (b) 6: an isolated subnet without a gateway',
        network: 'open',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(b) 6: a host route to everywhere for a gateway leaves the subnet isolated',
        network: 'openWithRoute',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 11, (b) 7: a router on the gateway',
        network: 'routed',
        proxy: null,
        via: '10.0.0.1',
        sees: 'qrouter answers',
      },
      {
        title: '(a) 10, (b) 6: a router on .254 alone',
        network: 'aside',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 11, (b) 7: one router on the gateway, another on .254',
        network: 'twoRouters',
        proxy: null,
        via: '10.0.0.1',
        sees: 'qrouter answers',
      },
      {
        title: '(b) 7: the routed one of two subnets',
        network: 'mixed',
        fixed_ips: ['10.0.0.9'],
        proxy: 'network',
        via: '10.0.0.1',
        sees: 'qrouter answers',
      },
      {
        title: '(a) 10, (b) 6: the isolated one of two subnets',
        network: 'mixed',
        fixed_ips: ['10.0.1.9'],
        proxy: 'network',
        via: '10.0.1.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 2, (b) 2: no DHCP and no router',
        network: 'static',
        proxy: null,
        via: null,
        sees: 'No route to host',
      },
      {
        title: '(a) 2, (b) 2: no DHCP, and a router',
        network: 'staticRouted',
        proxy: null,
        via: null,
        sees: 'qrouter answers',
      },
      {
        title: '(a) 10: IPv4 routed, IPv6 isolated',
        network: 'dual',
        proxy: 'network',
        via: '10.0.0.1',
        sees: 'qrouter answers',
        seesIpv6: 'qdhcp answers',
      },
    ],
  },
  'all options off, 2026.1': {
    release: '2026.1',
    bears: [],
    networks: { routed: plain, isolated: plain, open },
    routers: { r1: on({ network: 'routed' }) },
    rows: [
      {
        title: '(a) 5, (b) 7: a router on the gateway',
        network: 'routed',
        proxy: null,
        via: '10.0.0.1',
        sees: 'qrouter answers',
      },
      {
        title: '(a) 5, (b) 9: an isolated subnet',
        network: 'isolated',
        proxy: null,
        via: null,
        sees: 'No route to host',
      },
      {
        title: '(a) 5, (b) 9: an isolated subnet without a gateway',
        network: 'open',
        proxy: null,
        via: null,
        sees: 'Network is unreachable',
      },
    ],
  },
  'force_metadata, 2026.1': {
    release: '2026.1',
    dhcp_agent: { force_metadata: true },
    bears: [v4(32)],
    networks: { routed: plain, isolated: plain, static: withoutDhcp, dual },
    routers: { r1: on({ network: 'routed' }), r2: on({ network: 'dual' }) },
    rows: [
      {
        title: '(a) 4, (b) 5: a router on the gateway',
        network: 'routed',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 4, (b) 5: an isolated subnet',
        network: 'isolated',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 2 before 4: no DHCP',
        network: 'static',
        proxy: null,
        via: null,
        sees: 'No route to host',
      },
    ],
  },
  'enable_metadata_network, 2026.1': {
    release: '2026.1',
    dhcp_agent: { ...isolatedOn, enable_metadata_network: true },
    bears: [v4(32)],
    networks: { alone: linkLocal, linkLocal, beside: plain, routed: plain },
    routers: {
      r1: on({ network: 'linkLocal' }, { network: 'beside' }),
      r2: on({ network: 'routed' }),
    },
    rows: [
      {
        title: '(a) 7: a metadata network without a router sends the network’s id',
        network: 'alone',
        proxy: 'network',
        via: '169.254.10.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 7, (f) 3: one with a router sends its id, in place of the router’s proxy',
        network: 'linkLocal',
        proxy: 'router',
        via: '169.254.10.1',
        sees: 'Connection refused',
      },
      {
        title: '(e) 6: another network of that router',
        network: 'beside',
        proxy: null,
        via: '10.0.0.1',
        sees: 'Connection refused',
      },
      {
        title: '(a) 11: a router, and no metadata network',
        network: 'routed',
        proxy: null,
        via: '10.0.0.1',
        sees: 'qrouter answers',
      },
    ],
  },
  'enable_metadata_network and force_metadata, 2026.1': {
    release: '2026.1',
    dhcp_agent: { force_metadata: true, enable_metadata_network: true },
    bears: [v4(32)],
    networks: { linkLocal },
    routers: { r1: on({ network: 'linkLocal' }) },
    rows: [
      {
        title: '(a) 4: the proxy sends the router’s id, and finds the guest by it',
        network: 'linkLocal',
        proxy: 'router',
        via: '169.254.10.2',
        sees: 'qdhcp answers',
      },
    ],
  },
  'enable_metadata_network, juno': {
    release: 'juno',
    dhcp_agent: { ...isolatedOn, enable_metadata_network: true },
    bears: [v4(16)],
    networks: { linkLocal, beside: plain, aside: plain },
    routers: {
      r1: on({ network: 'linkLocal' }, { network: 'beside' }),
      r2: on({ network: 'aside', fixed_ip: '10.0.0.254' }),
    },
    rows: [
      {
        title: '(f) 1: the router’s proxy runs beside it',
        network: 'beside',
        proxy: null,
        via: null,
        sees: 'qrouter answers',
      },
      {
        title:
          '(a) 7: a metadata network of a router sends its id; its guests, given a /16, find qdhcp on the link',
        network: 'linkLocal',
        proxy: 'router',
        via: null,
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 8: so does any network with a router',
        network: 'aside',
        proxy: 'router',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
    ],
  },
  'enable_metadata_proxy off, 2026.1': {
    release: '2026.1',
    dhcp_agent: isolatedOn,
    l3_agent: { enable_metadata_proxy: false },
    bears: [v4(32)],
    networks: { isolated: plain, routed: plain },
    routers: { r1: on({ network: 'routed' }) },
    rows: [
      {
        title: '(a) 10: an isolated subnet all the same',
        network: 'isolated',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(d) 1, (e) 8: a router on the gateway',
        network: 'routed',
        proxy: null,
        via: '10.0.0.1',
        sees: 'Network is unreachable',
      },
    ],
  },
  'enable_isolated_metadata, havana': {
    release: 'havana',
    dhcp_agent: isolatedOn,
    bears: [v4(16)],
    networks: { isolated: plain, open, routed: plain, aside: plain, told },
    routers: {
      r1: on({ network: 'routed' }),
      r2: on({ network: 'aside', fixed_ip: '10.0.0.254' }),
      r3: on({ network: 'told' }),
    },
    rows: [
      {
        title: '(a) 6, (b) 8, (e) 5: a host route, without the default route beside it',
        network: 'told',
        proxy: 'network',
        via: null,
        sees: 'Network is unreachable',
      },
      {
        title: '(a) 6, (b) 6: an isolated subnet',
        network: 'isolated',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 6, (b) 6: a subnet without a gateway',
        network: 'open',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 6, (b) 8: a router on the gateway, to which the default route leads',
        network: 'routed',
        proxy: 'network',
        via: null,
        sees: 'qrouter answers',
      },
      {
        title: '(a) 6, (b) 8: a router on .254 alone',
        network: 'aside',
        proxy: 'network',
        via: null,
        sees: 'No route to host',
      },
    ],
  },
  'enable_isolated_metadata, kilo': {
    release: 'kilo',
    dhcp_agent: isolatedOn,
    bears: [v4(16)],
    networks: { isolated: plain, routed: plain, aside: plain, dual },
    routers: {
      r1: on({ network: 'routed' }),
      r2: on({ network: 'aside', fixed_ip: '10.0.0.254' }),
      r3: on({ network: 'dual', subnet: '10.0.0.0/24' }),
    },
    rows: [
      {
        title: '(a) 8, (b) 6: an isolated subnet',
        network: 'isolated',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 11, (b) 8: a router on the gateway, to which the default route leads',
        network: 'routed',
        proxy: null,
        via: null,
        sees: 'qrouter answers',
      },
      {
        title: '(a) 8, (b) 6: a router on .254 alone',
        network: 'aside',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 8: an isolated IPv6 subnet is reason for a proxy that serves IPv4',
        network: 'dual',
        proxy: 'network',
        via: null,
        sees: 'qrouter answers',
      },
    ],
  },
  'enable_isolated_metadata, liberty': {
    release: 'liberty',
    dhcp_agent: isolatedOn,
    bears: [v4(16)],
    networks: { isolated: plain, routed: plain },
    routers: { r1: on({ network: 'routed' }) },
    rows: [
      {
        title: '(a) 8, (b) 6: an isolated subnet',
        network: 'isolated',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 11, (b) 7: a router on the gateway that the agent knows of',
        network: 'routed',
        proxy: null,
        via: '10.0.0.1',
        sees: 'qrouter answers',
      },
    ],
  },
  'force_metadata, liberty': {
    release: 'liberty',
    dhcp_agent: { force_metadata: true },
    as: 'guests',
    bears: [],
    networks: { routed: plain },
    routers: { r1: on({ network: 'routed' }) },
    rows: [
      {
        title: '(c) 2, (e) 2: the DHCP port does not bear the address',
        network: 'routed',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'timeout',
      },
    ],
  },
  'enable_isolated_metadata, ussuri': {
    release: 'ussuri',
    dhcp_agent: isolatedOn,
    bears: [v4(16)],
    networks: { isolated: plain, dual },
    routers: { r1: on({ network: 'dual', subnet: '10.0.0.0/24' }) },
    rows: [
      {
        title: '(a) 9, (b) 6: an isolated subnet',
        network: 'isolated',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
      },
      {
        title: '(a) 11: an isolated IPv6 subnet does not count',
        network: 'dual',
        proxy: null,
        via: '10.0.0.1',
        sees: 'qrouter answers',
        seesIpv6: 'timeout',
      },
    ],
  },
  'enable_isolated_metadata, zed': {
    release: 'zed',
    dhcp_agent: isolatedOn,
    bears: [v4(32), 'inet6 fe80::a9fe:a9fe/128'],
    networks: { isolated: plain },
    rows: [
      {
        title: '(c) 5: IPv6 though no subnet is',
        network: 'isolated',
        proxy: 'network',
        via: '10.0.0.2',
        sees: 'qdhcp answers',
        seesIpv6: 'qdhcp answers',
      },
    ],
  },
} satisfies Readonly<Record<string, DecisionLab>>

/** The lab as a topology; JSON is YAML. Its machines are called after the positions of their rows. */
export function topologyOf({
  release,
  dhcp_agent = {},
  l3_agent = {},
  networks,
  routers = {},
  rows,
  as: section = 'instances',
}: Omit<DecisionLab, 'as'> & { readonly as?: 'instances' | 'guests' }): string {
  const machines = rows.map(({ network, fixed_ips }, at) => [
    guestOf(at),
    { networks: [{ name: network, ...(fixed_ips === undefined ? {} : { fixed_ips }) }] },
  ])
  const neutron = { release, dhcp_agent, l3_agent }
  const topology = { neutron, networks, routers, [section]: Object.fromEntries(machines) }
  return JSON.stringify(topology, null, 1)
}

export function guestOf(at: number): string {
  return `vm${at + 1}`
}
