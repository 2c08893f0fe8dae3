import test from 'ava'
import type { Cloud, Network, Port, Subnet } from '../../src/cloud/cloud.ts'
import { metadataNexthop, proxyOfDhcpNamespace } from '../../src/neutron/metadata-decisions.ts'
import type { NeutronOptions } from '../fixtures/cloud.ts'
import {
  dhcpPort,
  ipv6Subnet,
  isolatedCloud,
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
