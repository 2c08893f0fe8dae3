import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import type { InstanceView, Vif, VifSubnet } from '../../src/nova/instance-view.ts'
import { readCidr } from '../../src/nova/openstack/cidr.ts'
import { renderNetworkData } from '../../src/nova/openstack/network-data.ts'
import { type ReleaseName, releaseNames } from '../../src/topology/release-names.ts'
import { goldenNovaConfig } from '../golden/cloud.ts'
import { goldenInstance } from './ask-nova.ts'

const file = new URL('../golden/recorded/instances.json', import.meta.url)
const recorded: { instances: { uuid: string; name: string; network_data: unknown }[] } = JSON.parse(
  readFileSync(file, 'utf8'),
)

for (const { uuid, name, network_data } of recorded.instances) {
  test(`${name} has the network data that nova made of its ports`, t => {
    const view = goldenNovaConfig().instances.find(instance => instance.uuid === uuid)
    t.deepEqual(view && JSON.parse(renderNetworkData(view, 'zed')), network_data ?? {})
  })
}

test('before Zed a link tells its MTU though there is DHCP', t => {
  const data = JSON.parse(renderNetworkData(goldenInstance('alpha'), 'yoga'))
  t.is(data.links[0].mtu, 1450)
})

test('without a DHCP port a subnet with enable_dhcp has its gateway for one from Train to 2023.2', t => {
  const view = changeSubnets(goldenInstance('golf'), { enable_dhcp: true })
  const typesAndMtu = (release: ReleaseName) => {
    const { networks, links } = JSON.parse(renderNetworkData(view, release))
    return [...networks.map(({ type }: { type: string }) => type), links[0].mtu]
  }
  t.deepEqual(typesAndMtu('stein'), ['ipv4', 'ipv6', 1450])
  t.deepEqual(typesAndMtu('train'), ['ipv4_dhcp', 'ipv6_dhcp', 1450])
  t.deepEqual(typesAndMtu('2023.2'), ['ipv4_dhcp', 'ipv6_dhcp', null])
  t.deepEqual(typesAndMtu('2024.1'), ['ipv4_dhcp', 'ipv6_dhcp', 1450])
})

test('without DHCP port and gateway it counts as DHCP from 2024.1 on alone', t => {
  const view = changeSubnets(goldenInstance('golf'), { enable_dhcp: true, gateway: null })
  const types = (release: ReleaseName) =>
    JSON.parse(renderNetworkData(view, release)).networks.map(({ type }: { type: string }) => type)
  t.deepEqual(types('2023.2'), ['ipv4', 'ipv6'])
  t.deepEqual(types('2024.1'), ['ipv4_dhcp', 'ipv6_dhcp'])
})

test('without ports it is an empty object', t => {
  t.is(renderNetworkData(goldenInstance('alpha', { network_info: [] }), 'zed'), '{}')
})

test('DNS servers stand once at the top, links and networks count over all ports', t => {
  const vifs = goldenInstance('charlie').network_info
  const view = goldenInstance('alpha', { network_info: [...vifs, ...vifs] })
  const { links, networks, services } = JSON.parse(renderNetworkData(view, 'zed'))
  const servers = vifs.flatMap(vif => vif.network.subnets.flatMap(subnet => subnet.dns))
  t.is(links.length, 2 * vifs.length)
  t.deepEqual(
    services.map(({ address }: { address: string }) => address),
    [...new Set(servers)],
  )
  const ids = networks.map(({ id }: { id: string }) => id)
  t.deepEqual(
    ids,
    ids.map((_: string, index: number) => `network${index}`),
  )
})

const subnets: fc.Arbitrary<VifSubnet> = fc
  .record({
    version: fc.constantFrom(4 as const, 6 as const),
    gateway: fc.boolean(),
    dns: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    routes: fc.integer({ min: 0, max: 2 }),
    addresses: fc.integer({ min: 0, max: 2 }),
    dhcp_server: fc.boolean(),
    enable_dhcp: fc.boolean(),
    ipv6_address_mode: fc.constantFrom('slaac', 'dhcpv6-stateful', 'dhcpv6-stateless', null),
  })
  .map(({ version, gateway, dns, routes, addresses, dhcp_server, ...rest }) => {
    const at = (host: number) => (version === 4 ? `10.0.0.${host}` : `fd00::${host}`)
    return {
      ...rest,
      version,
      cidr: version === 4 ? '10.0.0.0/24' : 'fd00::/64',
      gateway: gateway ? at(1) : null,
      dns: dns.map(at),
      routes: Array.from({ length: routes }, () => ({
        cidr: version === 4 ? '192.0.2.0/24' : '2001:db8::/32',
        gateway: at(9),
      })),
      ips: Array.from({ length: addresses }, (_, n) => ({ address: at(20 + n), floating_ips: [] })),
      dhcp_server: dhcp_server ? at(2) : null,
      ipv6_address_mode: version === 6 ? rest.ipv6_address_mode : null,
    }
  })

const vifs: fc.Arbitrary<Vif> = fc
  .record({
    devname: fc.boolean(),
    type: fc.constantFrom('ovs', 'bridge', 'macvtap', 'hw_veb', 'unbound'),
    mtu: fc.option(fc.integer({ min: 68, max: 9000 })),
    subnets: fc.array(subnets, { maxLength: 4 }),
    id: fc.uuid(),
  })
  .map(({ devname, type, mtu, subnets, id }) => ({
    id,
    address: 'fa:16:3e:00:00:01',
    devname: devname ? `tap${id.slice(0, 11)}` : null,
    type,
    network: { id, mtu, subnets },
  }))

interface NetworkData {
  links: { id: string; type: string; mtu: number | null }[]
  networks: { id: string; link: string; type: string; services?: { address: string }[] }[]
  services: { address: string }[]
}

test('whatever the ports, ids count up, networks lie on links, and DNS servers stand once', t => {
  // As long as the part of an id that a device is named by.
  const selector = ({ id }: Vif) => id.slice(0, 11)
  const ports = fc.uniqueArray(vifs, { minLength: 1, maxLength: 4, selector })
  fc.assert(
    fc.property(ports, fc.constantFrom(...releaseNames), (network_info, release) => {
      const text = renderNetworkData(goldenInstance('alpha', { network_info }), release)
      t.regex(text, /^[ -~]+$/)
      const { links, networks, services }: NetworkData = JSON.parse(text)
      const linkIds = links.map(({ id }) => id)
      t.is(links.length, network_info.filter(vif => vif.network.subnets.length > 0).length)
      t.is(new Set(linkIds).size, links.length)
      t.deepEqual(
        networks.map(({ id }) => id),
        networks.map((_, index) => `network${index}`),
      )
      t.true(networks.every(({ link }) => linkIds.includes(link)))
      t.true(linkIds.every(id => networks.filter(({ link }) => link === id).length <= 2))
      const addresses = services.map(({ address }) => address)
      t.is(new Set(addresses).size, addresses.length)
      const inNetworks = networks.flatMap(network => network.services ?? [])
      t.true(inNetworks.every(({ address }) => addresses.includes(address)))
    }),
  )
})

test('a mode of IPv6 addresses shows in full and outweighs DHCP', t => {
  fc.assert(
    fc.property(subnets, fc.constantFrom(...releaseNames), (subnet, release) => {
      fc.pre(subnet.ips.length > 0)
      const vif = { id: 'v', address: 'm', devname: null, type: 'ovs' }
      const network_info = [{ ...vif, network: { id: 'n', mtu: 1450, subnets: [subnet] } }]
      const view = goldenInstance('alpha', { network_info })
      const [network] = JSON.parse(renderNetworkData(view, release)).networks
      const isShort = /_dhcp$/.test(network.type)
      if (subnet.ipv6_address_mode !== null) t.is(network.type, `ipv6_${subnet.ipv6_address_mode}`)
      else if (subnet.dhcp_server !== null) t.is(network.type, `ipv${subnet.version}_dhcp`)
      t.deepEqual(
        Object.keys(network),
        isShort
          ? ['id', 'type', 'link', 'network_id']
          : ['id', 'type', 'link', 'ip_address', 'netmask', 'routes', 'network_id', 'services'],
      )
      const routes = subnet.routes.length + (subnet.gateway === null ? 0 : 1)
      if (!isShort) t.is(network.routes.length, routes)
    }),
  )
})

const masks = test.macro({
  title: (_, cidr: string) => `${cidr} is split as netaddr splits it`,
  exec(t, cidr: string, network: string, netmask: string) {
    t.deepEqual(readCidr(cidr), { network, netmask })
  },
})

test(masks, '10.0.0.5/24', '10.0.0.0', '255.255.255.0')
test(masks, '0.0.0.0/0', '0.0.0.0', '0.0.0.0')
test(masks, '198.51.100.200/25', '198.51.100.128', '255.255.255.128')
test(masks, '203.0.113.7/32', '203.0.113.7', '255.255.255.255')
test(masks, 'fd00:78::/64', 'fd00:78::', 'ffff:ffff:ffff:ffff::')
test(masks, '::/0', '::', '::')
test(
  masks,
  '2001:db8:0:0:1:0:0:1/128',
  '2001:db8::1:0:0:1',
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
)
test(masks, '2001:db8:10:20:30:40:50:60/60', '2001:db8:10:20::', 'ffff:ffff:ffff:fff0::')

test('any IPv4 network survives its own mask', t => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, length) => {
      const { network, netmask } = readCidr(`${address}/${length}`)
      t.deepEqual(readCidr(`${network}/${length}`), { network, netmask })
    }),
  )
})

function changeSubnets(view: InstanceView, changes: Partial<VifSubnet>): InstanceView {
  const network_info = view.network_info.map(vif => {
    const subnets = vif.network.subnets.map(subnet => ({ ...subnet, ...changes }))
    return { ...vif, network: { ...vif.network, subnets } }
  })
  return { ...view, network_info }
}
