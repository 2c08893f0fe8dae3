import test from 'ava'
import type { Cloud, Subnet } from '../../src/cloud/cloud.ts'
import type { DhcpNamespace } from '../../src/neutron/dhcp-namespace.ts'
import { dhcpNamespaceOf } from '../../src/neutron/dhcp-namespace.ts'
import { advertisedCloud } from '../fixtures/advertised-cloud.ts'
import {
  dhcpPort,
  ipv6Subnet,
  isolatedCloud,
  machineFacts,
  network,
  networkId,
  port,
  routedCloud,
  subnet,
} from '../fixtures/cloud.ts'

const ipv4Facts = { ...machineFacts, ipv6: false }

function namespaceOf(cloud: Cloud, facts = machineFacts): DhcpNamespace | null {
  const [first] = cloud.networks
  return first === undefined ? null : dhcpNamespaceOf(cloud, first, facts)
}

test("the namespace and its device bear Neutron's names", t => {
  const { name, device, mtu, port: served } = namespaceOf(isolatedCloud()) ?? {}
  t.deepEqual(
    { name, device, mtu, served },
    { name: `qdhcp-${networkId}`, device: 'tapd1a2b3c4-56', mtu: 1450, served: dhcpPort },
  )
})

test('without a DHCP port or a DHCP subnet there is no namespace', t => {
  t.is(namespaceOf(isolatedCloud({}, { ports: [port()] })), null)
  t.is(namespaceOf(withSubnets('ussuri', subnet({ enable_dhcp: false }))), null)
})

const addresses = test.macro({
  exec(t, _name: string, cloud: Cloud, facts: typeof machineFacts, expected: readonly string[]) {
    t.deepEqual(
      namespaceOf(cloud, facts)?.addresses.map(({ address }) => address),
      expected,
    )
  },
  title: (_, name) => `addresses: ${name}`,
})

function withSubnets(release: string, ...subnets: readonly Subnet[]): Cloud {
  const fixed_ips = subnets.map(({ id, cidr }) => ({
    subnet_id: id,
    ip_address: cidr.replace(/0?\/.*/, '2'),
  }))
  return isolatedCloud(
    { release },
    { networks: [network({ subnets })], ports: [{ ...dhcpPort, fixed_ips }] },
  )
}
const dualStack = (release: string) => withSubnets(release, subnet(), ipv6Subnet())
const off = { enable_isolated_metadata: false }
const own = '192.168.30.2/24'

test(addresses, 'ussuri', isolatedCloud(), machineFacts, [own, '169.254.169.254/16'])
test(addresses, 'ussuri, dual stack', dualStack('ussuri'), machineFacts, [
  own,
  'fd00:7::2/64',
  '169.254.169.254/16',
])
test(addresses, 'victoria', isolatedCloud({ release: 'victoria' }), machineFacts, [
  own,
  '169.254.169.254/32',
  'fe80::a9fe:a9fe/128',
])
test(addresses, 'zed without IPv6', isolatedCloud({ release: 'zed' }), ipv4Facts, [
  own,
  '169.254.169.254/32',
])
test(addresses, '2026.1', isolatedCloud({ release: '2026.1' }), machineFacts, [
  own,
  '169.254.169.254/32',
])
test(addresses, '2026.1, dual stack', dualStack('2026.1'), machineFacts, [
  own,
  'fd00:7::2/64',
  '169.254.169.254/32',
  'fe80::a9fe:a9fe/128',
])
test(addresses, '2026.1, dual stack, without IPv6', dualStack('2026.1'), ipv4Facts, [
  own,
  '169.254.169.254/32',
])
test(
  addresses,
  'victoria, an MTU that IPv6 is not to be had with',
  isolatedCloud({ release: 'victoria' }, { networks: [network({ mtu: 1279 })] }),
  machineFacts,
  [own, '169.254.169.254/32'],
)
test(addresses, 'a routed network bears it, too', routedCloud(), machineFacts, [
  own,
  '169.254.169.254/16',
])
test(addresses, 'all options off', isolatedCloud({ dhcp_agent: off }), machineFacts, [own])
test(
  addresses,
  'force_metadata alone',
  isolatedCloud({ dhcp_agent: { ...off, force_metadata: true } }),
  machineFacts,
  [own, '169.254.169.254/16'],
)
test(
  addresses,
  'none in a subnet without DHCP',
  withSubnets('ussuri', subnet(), subnet({ id: 'other', cidr: '10.0.1.0/24', enable_dhcp: false })),
  machineFacts,
  [own, '169.254.169.254/16'],
)

const routes = test.macro({
  exec(t, _name: string, subnets: readonly Subnet[], expected: readonly string[]) {
    const { routes: found } = namespaceOf(withSubnets('2026.1', ...subnets)) ?? {}
    t.deepEqual(
      found?.map(({ family, arguments: text }) => `${family}: ${text}`),
      expected,
    )
  },
  title: (_, name) => `routes: ${name}`,
})
const viaTap = (nexthop: string) => `replace default via ${nexthop} dev tapd1a2b3c4-56 proto static`
const onTap = (address: string) => `replace ${address} dev tapd1a2b3c4-56 proto static scope link`

test(
  routes,
  'one default route per IP version',
  [subnet(), ipv6Subnet()],
  [`4: ${viaTap('192.168.30.1')}`, `6: ${viaTap('fd00:7::1')}`],
)
test(
  routes,
  'the first subnet with DHCP and a gateway decides',
  [
    subnet({ id: 'a', cidr: '10.0.1.0/24', gateway_ip: '10.0.1.1', enable_dhcp: false }),
    subnet({ id: 'b', cidr: '10.0.2.0/24', gateway_ip: null }),
    subnet(),
    subnet({ id: 'c', cidr: '10.0.3.0/24', gateway_ip: '10.0.3.1' }),
  ],
  [`4: ${viaTap('192.168.30.1')}`],
)
test(
  routes,
  'a gateway outside the subnet is put on the link',
  [subnet({ gateway_ip: '192.0.2.1' })],
  [`4: ${onTap('192.0.2.1')}`, `4: ${viaTap('192.0.2.1')}`],
)
test(
  routes,
  'a link-local IPv6 gateway, too',
  [ipv6Subnet({ gateway_ip: 'fe80::1' })],
  [`6: ${onTap('fe80::1')}`, `6: ${viaTap('fe80::1')}`],
)
test(
  routes,
  'IPv6 prefixes that cannot be autoconfigured are left out',
  [
    ipv6Subnet({ cidr: 'fd00:7::/112', ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' }),
    ipv6Subnet({ id: 'tiny', cidr: 'fd00:8::/127' }),
  ],
  [],
)

test('sysctls are those of the agent, without IPv6 where the machine has none', t => {
  t.deepEqual(namespaceOf(isolatedCloud())?.sysctls, {
    'net.ipv4.conf.all.promote_secondaries': '1',
    'net.ipv4.ip_nonlocal_bind': '1',
    'net.ipv6.conf.default.accept_ra': '0',
  })
  const { sysctls, ip6tables } = namespaceOf(isolatedCloud(), ipv4Facts) ?? {}
  t.false('net.ipv6.conf.default.accept_ra' in (sysctls ?? {}))
  t.is(ip6tables, null)
})

const tables = test.macro({
  exec(t, release: string, family: 'iptables' | 'ip6tables', expected: readonly string[]) {
    const text = namespaceOf(isolatedCloud({ release }))?.[family] ?? ''
    t.deepEqual(
      [...text.matchAll(/^(?:\*(.*)|:neutron-dhcp-age-(snat|P\w+).*)/gm)]
        .map(([, table, chain]) => table ?? chain)
        .slice(4),
      expected,
    )
  },
  title: (_, release, family) => `${release}: what ${family} has beyond the mangle table in qdhcp`,
})
const rawAndFilter = ['PREROUTING', 'filter']

test(tables, 'queens', 'iptables', [...rawAndFilter, 'nat', 'POSTROUTING', 'PREROUTING', 'snat'])
test(tables, 'queens', 'ip6tables', rawAndFilter)
test(tables, 'ussuri', 'iptables', rawAndFilter)
test(tables, 'zed', 'ip6tables', rawAndFilter)
test(tables, '2024.1', 'iptables', [...rawAndFilter, 'nat', 'PREROUTING'])
test(tables, '2026.1', 'ip6tables', [...rawAndFilter, 'nat', 'PREROUTING'])

const inNamespace = test.macro({
  title: (_, release: string) =>
    `${release}: what the agent sets in qdhcp, and by which ways it leaves`,
  exec(t, release: string, sysctls: string[], addresses: number, routes: number) {
    const cloud = advertisedCloud(release)
    const [network] = cloud.networks
    const made = network && dhcpNamespaceOf(cloud, network, machineFacts)
    t.deepEqual(Object.keys(made?.sysctls ?? {}), sysctls)
    t.is(made?.addresses.filter(({ address }) => address.startsWith('fd00:')).length, addresses)
    t.is(made?.routes.length, routes)
  },
})

const promote = 'net.ipv4.conf.all.promote_secondaries'
const acceptRa = 'net.ipv6.conf.default.accept_ra'
test(inNamespace, 'icehouse', [], 4, 1)
test(inNamespace, 'juno', [promote], 4, 1)
test(inNamespace, 'mitaka', [promote], 1, 1)
test(inNamespace, 'newton', [promote, acceptRa], 4, 2)
test(inNamespace, 'pike', [promote, 'net.ipv4.ip_nonlocal_bind', acceptRa], 4, 2)
