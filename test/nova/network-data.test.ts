import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import type { InstanceView, VifSubnet } from '../../src/nova/instance-view.ts'
import { readCidr } from '../../src/nova/openstack/cidr.ts'
import { renderNetworkData } from '../../src/nova/openstack/network-data.ts'
import type { ReleaseName } from '../../src/topology/release-names.ts'
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
