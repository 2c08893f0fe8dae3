import test from 'ava'
import type { Cloud, Network, Port, Subnet } from '../../src/cloud/cloud.ts'
import type { Answerer } from '../../src/neutron/decisions/answer-table.ts'
import {
  dhcpGatewayOf,
  ipv6MetadataAddress,
  metadataAddressOfDhcpPorts,
  metadataAnswer,
  metadataNexthop,
  proxyOfDhcpNamespace,
} from '../../src/neutron/metadata-decisions.ts'
import type { NeutronOptions } from '../fixtures/cloud.ts'
import {
  dhcpPort,
  ipv6Subnet,
  isolatedCloud,
  machineFacts,
  network,
  networkId,
  port,
  routedCloud,
  routerId,
  routerPort,
  subnet,
  subnetId,
} from '../fixtures/cloud.ts'

const allOff = { enable_isolated_metadata: false }
const force = { force_metadata: true, enable_isolated_metadata: false }
const routerElsewhere: Port = {
  ...routerPort,
  fixed_ips: [{ subnet_id: subnetId, ip_address: '192.168.30.254' }],
}

function withSubnets(options: NeutronOptions, subnets: readonly Subnet[], ports: readonly Port[]) {
  return isolatedCloud(options, { networks: [network({ subnets })], ports })
}

function first(cloud: Cloud): Network {
  const [only] = cloud.networks
  if (only === undefined) throw new Error('a fixture without a network')
  return only
}

const proxyDecision = test.macro({
  exec(t, _name: string, cloud: Cloud, runs: boolean, why: RegExp) {
    const decision = proxyOfDhcpNamespace(cloud, first(cloud))
    t.is(decision.runs, runs)
    t.regex(decision.why, why)
  },
  title: (_, name, __, runs) => `${name}: ${runs ? 'a proxy' : 'no proxy'} in qdhcp`,
})

const noDhcp = subnet({ enable_dhcp: false })
const ipv6Port: Port = {
  ...dhcpPort,
  fixed_ips: [{ subnet_id: ipv6Subnet().id, ip_address: 'fd00:7::2' }],
}

test(proxyDecision, 'no DHCP port', isolatedCloud({}, { ports: [port()] }), false, /no DHCP port/)
test(
  proxyDecision,
  'no DHCP subnet',
  withSubnets({ dhcp_agent: force }, [noDhcp], [dhcpPort]),
  false,
  /no DHCP port/,
)
test(
  proxyDecision,
  'force_metadata behind a router',
  routedCloud({ dhcp_agent: force }),
  true,
  /force_metadata/,
)
test(
  proxyDecision,
  'isolated, all options off',
  isolatedCloud({ dhcp_agent: allOff }),
  false,
  /isolated_metadata is off/,
)
test(proxyDecision, 'isolated', isolatedCloud(), true, /is isolated/)
test(proxyDecision, 'routed', routedCloud(), false, /router on its gateway_ip/)
test(
  proxyDecision,
  'a router on another address',
  isolatedCloud({}, { ports: [dhcpPort, routerElsewhere] }),
  true,
  /is isolated/,
)
test(
  proxyDecision,
  'no gateway_ip, whatever router there is',
  withSubnets({}, [subnet({ gateway_ip: null })], [dhcpPort, routerPort]),
  true,
  /is isolated/,
)
test(
  proxyDecision,
  'one subnet routed, one isolated',
  withSubnets(
    {},
    [
      subnet(),
      subnet({
        id: '53000000-0000-4000-8000-000000000001',
        cidr: '10.0.1.0/24',
        gateway_ip: '10.0.1.1',
      }),
    ],
    [dhcpPort, routerPort],
  ),
  true,
  /is isolated/,
)
test(
  proxyDecision,
  'IPv6 alone in Ussuri',
  withSubnets({ release: 'ussuri' }, [ipv6Subnet()], [ipv6Port]),
  false,
  /counts in this release/,
)
test(
  proxyDecision,
  'IPv6 alone in Ussuri with force_metadata',
  withSubnets({ release: 'ussuri', dhcp_agent: force }, [ipv6Subnet()], [ipv6Port]),
  false,
  /counts in this release/,
)
test(
  proxyDecision,
  'IPv6 alone in Victoria',
  withSubnets({ release: 'victoria' }, [ipv6Subnet()], [ipv6Port]),
  true,
  /is isolated/,
)
test(
  proxyDecision,
  'IPv6 alone in 2026.1',
  withSubnets({ release: '2026.1' }, [ipv6Subnet()], [ipv6Port]),
  true,
  /is isolated/,
)

const metadataSubnet = subnet({ cidr: '169.254.169.240/28', gateway_ip: '169.254.169.241' })
const metadataRouterPort: Port = {
  ...routerPort,
  fixed_ips: [{ subnet_id: subnetId, ip_address: '169.254.169.241' }],
}
const metadataNetwork = { enable_metadata_network: true }

test(
  proxyDecision,
  'a metadata network behind a router',
  withSubnets({ dhcp_agent: metadataNetwork }, [metadataSubnet], [dhcpPort, metadataRouterPort]),
  true,
  /enable_metadata_network/,
)
test(
  proxyDecision,
  'a metadata network, enable_isolated_metadata off',
  withSubnets(
    { dhcp_agent: { ...metadataNetwork, ...allOff } },
    [metadataSubnet],
    [dhcpPort, metadataRouterPort],
  ),
  false,
  /isolated_metadata is off/,
)
test(
  proxyDecision,
  'a subnet that only touches 169.254.0.0/16',
  withSubnets(
    { dhcp_agent: metadataNetwork },
    [subnet({ cidr: '169.0.0.0/8', gateway_ip: '169.0.0.1' })],
    [dhcpPort, { ...routerPort, fixed_ips: [{ subnet_id: subnetId, ip_address: '169.0.0.1' }] }],
  ),
  false,
  /router on its gateway_ip/,
)

const ovnPort: Port = {
  ...dhcpPort,
  id: '0e000000-0000-4000-8000-000000000001',
  device_owner: 'network:distributed',
  device_id: `ovnmeta-${networkId}`,
  fixed_ips: [{ subnet_id: subnetId, ip_address: '192.168.30.3' }],
}
const strangePort: Port = { ...ovnPort, device_id: 'ovnmeta-another' }
const both = { ...force, enable_isolated_metadata: true }
const routedIpv4 = [subnet(), ipv6Subnet()]

test(
  proxyDecision,
  'OVN’s metadata port, though both options are on',
  withSubnets({ release: '2026.1', dhcp_agent: both }, [subnet()], [dhcpPort, ovnPort]),
  false,
  /OVN’s metadata port/,
)
test(
  proxyDecision,
  'OVN’s metadata port in Victoria, which does not know it',
  withSubnets({ release: 'victoria' }, [subnet()], [dhcpPort, ovnPort]),
  true,
  /is isolated/,
)
test(
  proxyDecision,
  'a distributed port that is not this network’s metadata port',
  withSubnets({ release: '2026.1' }, [subnet()], [dhcpPort, strangePort]),
  true,
  /is isolated/,
)
test(proxyDecision, 'routed in Havana', routedCloud({ release: 'havana' }), true, /metadata is on/)
test(
  proxyDecision,
  'isolated in Havana, all options off',
  isolatedCloud({ release: 'havana', dhcp_agent: allOff }),
  false,
  /isolated_metadata is off/,
)
test(
  proxyDecision,
  'force_metadata in Kilo, which does not know it',
  routedCloud({ release: 'kilo', dhcp_agent: force }),
  false,
  /isolated_metadata is off/,
)
for (const release of ['icehouse', 'juno', 'kilo', 'liberty'])
  test(
    proxyDecision,
    `${release}: IPv4 routed, IPv6 isolated`,
    withSubnets({ release }, routedIpv4, [dhcpPort, routerPort]),
    true,
    /a subnet is isolated/,
  )
for (const release of ['mitaka', 'queens', 'ussuri'])
  test(
    proxyDecision,
    `${release}: IPv4 routed, IPv6 isolated`,
    withSubnets({ release }, routedIpv4, [dhcpPort, routerPort]),
    false,
    /router on its gateway_ip/,
  )
for (const release of ['victoria', '2026.1'])
  test(
    proxyDecision,
    `${release}: IPv4 routed, IPv6 isolated`,
    withSubnets({ release }, routedIpv4, [dhcpPort, routerPort]),
    true,
    /a DHCP subnet is isolated/,
  )
const routedAndPlain = [
  subnet(),
  subnet({
    id: '53000000-0000-4000-8000-000000000001',
    cidr: '10.0.1.0/24',
    gateway_ip: '10.0.1.1',
    enable_dhcp: false,
  }),
]
test(
  proxyDecision,
  'an isolated subnet without DHCP in Liberty',
  withSubnets({ release: 'liberty' }, routedAndPlain, [dhcpPort, routerPort]),
  true,
  /a subnet is isolated/,
)
test(
  proxyDecision,
  'an isolated subnet without DHCP in Mitaka',
  withSubnets({ release: 'mitaka' }, routedAndPlain, [dhcpPort, routerPort]),
  false,
  /router on its gateway_ip/,
)

const otherRouterPort: Port = {
  ...routerElsewhere,
  id: '1a2b3c4d-5e6f-4abc-8def-0000000000f1',
  device_id: '9b2c1d3e-4f50-4a61-8b72-9c83ad94beff',
}

const warns = test.macro({
  exec(t, _name: string, cloud: Cloud, warning: string | null) {
    t.is(proxyOfDhcpNamespace(cloud, first(cloud)).warning, warning)
  },
  title: (_, name, __, warning) =>
    `${name}: the agent logs ${warning === null ? 'no' : 'a'} warning`,
})

const severalRouters = `2 router ports found on the metadata access network. Only the port ${routerPort.id}, for router ${routerId} will be considered`
const twoRouters = [dhcpPort, routerPort, otherRouterPort]
const forcedMetadataNetwork = { ...both, enable_metadata_network: true }

test(
  warns,
  'several routers on a metadata network',
  withSubnets(
    { release: '2026.1', dhcp_agent: { enable_metadata_network: true } },
    [subnet({ cidr: '169.254.169.240/28', gateway_ip: '169.254.169.241' })],
    twoRouters,
  ),
  severalRouters,
)
test(
  warns,
  'several routers on another network',
  withSubnets({ release: '2026.1', dhcp_agent: forcedMetadataNetwork }, [subnet()], twoRouters),
  severalRouters,
)
test(
  warns,
  'several routers in Havana, which asks for a metadata network first',
  withSubnets({ release: 'havana', dhcp_agent: forcedMetadataNetwork }, [subnet()], twoRouters),
  null,
)
test(
  warns,
  'one router',
  withSubnets(
    { release: '2026.1', dhcp_agent: forcedMetadataNetwork },
    [subnet()],
    [dhcpPort, routerPort],
  ),
  null,
)
test(
  warns,
  'several routers without a proxy',
  withSubnets(
    { release: '2026.1', dhcp_agent: { enable_metadata_network: true } },
    [subnet()],
    twoRouters,
  ),
  null,
)

const sends = test.macro({
  exec(t, _name: string, cloud: Cloud, header: 'network' | 'router', id: string) {
    t.deepEqual(proxyOfDhcpNamespace(cloud, first(cloud)).sends, { header, id })
  },
  title: (_, name, __, header) => `${name}: the proxy in qdhcp sends the ${header}'s id`,
})

test(sends, 'isolated', isolatedCloud(), 'network', networkId)
test(
  sends,
  'a metadata network with a router',
  withSubnets({ dhcp_agent: metadataNetwork }, [metadataSubnet], [dhcpPort, metadataRouterPort]),
  'router',
  routerId,
)
test(
  sends,
  'a metadata network without a router',
  withSubnets({ dhcp_agent: metadataNetwork }, [metadataSubnet], [dhcpPort]),
  'network',
  networkId,
)
test(
  sends,
  'a router on a network that is no metadata network',
  routedCloud({ dhcp_agent: { ...metadataNetwork, force_metadata: true } }),
  'network',
  networkId,
)

for (const release of ['icehouse', 'ocata'])
  test(
    sends,
    `${release}: a router on a network that is no metadata network`,
    routedCloud({
      release,
      dhcp_agent: { ...metadataNetwork, force_metadata: true },
    }),
    'router',
    routerId,
  )
for (const release of ['havana', 'pike'])
  test(
    sends,
    `${release}: a router on a network that is no metadata network`,
    routedCloud({ release, dhcp_agent: { ...metadataNetwork, force_metadata: true } }),
    'network',
    networkId,
  )
test(
  sends,
  'several routers on a metadata network',
  withSubnets(
    { release: '2026.1', dhcp_agent: metadataNetwork },
    [metadataSubnet],
    [dhcpPort, metadataRouterPort, otherRouterPort],
  ),
  'router',
  routerId,
)

const nexthop = test.macro({
  exec(t, _name: string, cloud: Cloud, expected: string | null) {
    const [only] = first(cloud).subnets
    t.is(only && metadataNexthop(cloud, only).nexthop, expected)
  },
  title: (_, name, __, expected) =>
    `${name}: the route to metadata goes ${expected === null ? 'nowhere' : `by ${expected}`}`,
})

const openEnded = subnet({ gateway_ip: null })
const withDefaultRoute = subnet({
  gateway_ip: null,
  host_routes: [{ destination: '0.0.0.0/0', nexthop: '192.168.30.9' }],
})
const dhcpPortElsewhere: Port = { ...dhcpPort, fixed_ips: [] }

test(nexthop, 'isolated', isolatedCloud(), '192.168.30.2')
test(nexthop, 'isolated, no gateway', withSubnets({}, [openEnded], [dhcpPort]), '192.168.30.2')
test(nexthop, 'routed', routedCloud(), '192.168.30.1')
test(nexthop, 'routed, all options off', routedCloud({ dhcp_agent: allOff }), '192.168.30.1')
test(nexthop, 'routed, force_metadata', routedCloud({ dhcp_agent: force }), '192.168.30.2')
test(
  nexthop,
  'a router on another address',
  isolatedCloud({}, { ports: [dhcpPort, routerElsewhere] }),
  '192.168.30.2',
)
test(nexthop, 'isolated, all options off', isolatedCloud({ dhcp_agent: allOff }), null)
test(
  nexthop,
  'no gateway, all options off',
  withSubnets({ dhcp_agent: allOff }, [openEnded], [dhcpPort]),
  null,
)
test(
  nexthop,
  'a default host route is no router, all options off',
  withSubnets({ dhcp_agent: allOff }, [withDefaultRoute], [dhcpPort]),
  null,
)
test(
  nexthop,
  'isolated, DHCP port without an address in the subnet',
  withSubnets({}, [subnet()], [dhcpPortElsewhere]),
  null,
)
test(
  nexthop,
  'force_metadata, DHCP port without an address in the subnet',
  withSubnets({ dhcp_agent: force }, [subnet()], [dhcpPortElsewhere, routerPort]),
  null,
)
test(nexthop, 'no DHCP', withSubnets({}, [noDhcp], [dhcpPort]), null)
test(nexthop, 'IPv6', withSubnets({ release: '2026.1' }, [ipv6Subnet()], [ipv6Port]), null)
test(
  nexthop,
  'OVN’s metadata port, though force_metadata is on',
  withSubnets({ release: '2026.1', dhcp_agent: force }, [subnet()], [dhcpPort, ovnPort]),
  '192.168.30.3',
)
test(
  nexthop,
  'OVN’s metadata port without an address in the subnet',
  withSubnets({ release: '2026.1' }, [subnet()], [dhcpPort, { ...ovnPort, fixed_ips: [] }]),
  '192.168.30.2',
)
test(
  nexthop,
  'OVN’s metadata port in Victoria, which does not know it',
  withSubnets({ release: 'victoria' }, [subnet()], [dhcpPort, ovnPort]),
  '192.168.30.2',
)
test(nexthop, 'routed in Kilo', routedCloud({ release: 'kilo' }), null)
test(nexthop, 'routed in Liberty', routedCloud({ release: 'liberty' }), '192.168.30.1')
test(
  nexthop,
  'routed in Kilo, force_metadata, which it does not know',
  routedCloud({ release: 'kilo', dhcp_agent: force }),
  null,
)
test(
  nexthop,
  'a router on another address in Havana',
  isolatedCloud({ release: 'havana' }, { ports: [dhcpPort, routerElsewhere] }),
  null,
)
test(
  nexthop,
  'no gateway in Havana, whatever router there is',
  withSubnets({ release: 'havana' }, [openEnded], [dhcpPort, routerElsewhere]),
  '192.168.30.2',
)

const bears = test.macro({
  exec(t, _name: string, release: string, options: object, ...expected: readonly string[]) {
    const cloud = withSubnets({ release, dhcp_agent: options }, [subnet()], [dhcpPort])
    const seen = [
      metadataAddressOfDhcpPorts(cloud),
      ipv6MetadataAddress(cloud, first(cloud), machineFacts),
    ]
    t.deepEqual(
      seen.filter(address => address !== null),
      [...expected],
    )
  },
  title: (_, name, release, __, ...expected) =>
    `${release}, ${name}: a DHCP port bears ${expected.join(' and ') || 'no metadata address'}`,
})

const isolatedOn = { enable_isolated_metadata: true }
for (const release of ['havana', 'liberty', 'ussuri']) {
  test(bears, 'all off', release, allOff)
  test(bears, 'isolated metadata', release, isolatedOn, '169.254.169.254/16')
}
for (const release of ['havana', 'kilo', 'liberty']) test(bears, 'forced', release, force)
for (const release of ['mitaka', 'ussuri'])
  test(bears, 'forced', release, force, '169.254.169.254/16')
for (const release of ['victoria', 'zed', '2023.2'])
  test(bears, 'forced', release, force, '169.254.169.254/32', 'fe80::a9fe:a9fe/128')
for (const release of ['2024.1', '2026.1']) {
  test(bears, 'all off', release, allOff)
  test(bears, 'forced, without an IPv6 subnet', release, force, '169.254.169.254/32')
}

const answers = test.macro({
  exec(t, _name: string, cloud: Cloud, by: Answerer) {
    const [only] = first(cloud).subnets
    t.is(only && metadataAnswer(cloud, only).by, by)
  },
  title: (_, name, __, by) => `${name}: ${by ?? 'nobody'} answers`,
})

const noRouterProxy = { enable_metadata_proxy: false }

test(answers, 'routed', routedCloud(), 'qrouter')
test(answers, 'routed, no proxy in qrouter', routedCloud({ l3_agent: noRouterProxy }), null)
test(
  answers,
  'routed, forced, no proxy in qrouter',
  routedCloud({ release: '2026.1', l3_agent: noRouterProxy, dhcp_agent: force }),
  'qdhcp',
)
test(
  answers,
  'OVN’s metadata port',
  withSubnets({ release: '2026.1' }, [subnet()], [dhcpPort, ovnPort]),
  'ovnmeta',
)
test(
  answers,
  'OVN’s metadata port without an address in the subnet',
  withSubnets({ release: '2026.1' }, [subnet()], [dhcpPort, { ...ovnPort, fixed_ips: [] }]),
  null,
)

test('a host route to everywhere stands in for a gateway, and in Havana before it', t => {
  const everywhere = [{ destination: '0.0.0.0/0', nexthop: '192.168.30.9' }]
  const gateway = (release: string, gateway_ip: string | null) =>
    dhcpGatewayOf(isolatedCloud({ release }), subnet({ gateway_ip, host_routes: everywhere }))
  t.is(gateway('havana', '192.168.30.1'), '192.168.30.9')
  t.is(gateway('icehouse', '192.168.30.1'), '192.168.30.1')
  t.is(gateway('icehouse', null), '192.168.30.9')
})
