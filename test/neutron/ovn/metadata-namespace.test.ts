import test from 'ava'
import type { Cloud } from '../../../src/cloud/cloud.ts'
import { ovnMetadataNamespaceOf } from '../../../src/neutron/ovn/metadata-namespace.ts'
import { machineFacts } from '../../fixtures/cloud.ts'
import { hostNamed, networkNamed, ovnCloud, privateId } from './ovn-clouds.ts'

function namespaceOn(cloud: Cloud, host: string, network = 'private', facts = machineFacts) {
  return ovnMetadataNamespaceOf(cloud, networkNamed(cloud, network), hostNamed(cloud, host), facts)
}

function addressesOn(cloud: Cloud, host: string, network = 'private', facts = machineFacts) {
  return namespaceOn(cloud, host, network, facts)?.addresses.map(({ address }) => address)
}

const link = 'fe80::f816:3eff:fe00:2/64'
const own = '169.254.169.254/32'

test('the namespace is called after the network, its cable after ten characters of it', t => {
  t.like(namespaceOn(ovnCloud(), 'compute1'), {
    name: `ovnmeta-${privateId}`,
    device: 'tap0aa11bb2-21',
    outside: 'tap0aa11bb2-20',
    mtu: 1442,
    port: { mac_address: 'fa:16:3e:00:00:02' },
  })
})

test('hosts without a machine on the network have none', t => {
  t.deepEqual(
    ['controller', 'compute1', 'compute2'].filter(host => namespaceOn(ovnCloud(), host, 'other')),
    ['compute2'],
  )
})

const has = test.macro({
  title: (_, release: string, host: string, ..._expected: string[]) =>
    `${release}: the addresses of ovnmeta on ${host}`,
  exec(t, release: string, host: string, ...expected: string[]) {
    t.deepEqual(addressesOn(ovnCloud(`, release: ${release}`), host), expected)
  },
})

const [first, second] = ['192.168.30.2/24', '192.168.31.2/24']
test(has, 'ussuri', 'compute1', first, second, '169.254.169.254/16')
test(has, 'victoria', 'compute1', first, second, own)
test(has, 'wallaby', 'compute1', first, own)
test(has, 'wallaby', 'compute2', second, own)
test(has, '2023.2', 'compute2', second, own)
test(has, '2024.1', 'compute1', first, own)
test(has, '2024.1', 'compute2', second, own, 'fe80::a9fe:a9fe/128', link)
test(has, '2026.1', 'compute2', second, own, 'fe80::a9fe:a9fe/128', link)

test('IPv6 metadata takes a machine that has it', t => {
  const facts = { ...machineFacts, ipv6: false }
  t.deepEqual(addressesOn(ovnCloud(), 'compute2', 'private', facts), [second, own])
})

const sets = test.macro({
  title: (_, release: string, mtu: number | null) => `${release}: the cable's MTU is ${mtu}`,
  exec(t, release: string, mtu: number | null) {
    t.is(namespaceOn(ovnCloud(`, release: '${release}'`), 'compute1')?.mtu, mtu)
  },
})

test(sets, 'yoga', null)
test(sets, 'zed', 1442)

test('a metadata port without addresses is served with since 2024.1', t => {
  const addresses = (release: string) => {
    const cloud = ovnCloud(`, release: '${release}'`)
    const ports = cloud.ports.map(port =>
      port.device_owner === 'network:distributed' ? { ...port, fixed_ips: [] } : port,
    )
    return addressesOn({ ...cloud, ports }, 'compute1')
  }
  t.is(addresses('2023.2'), undefined)
  t.deepEqual(addresses('2024.1'), [own])
})

test('machines without addresses are not served since wallaby', t => {
  const addresses = (release: string) => {
    const cloud = ovnCloud(`, release: '${release}'`)
    const ports = cloud.ports.map(port =>
      port.device_owner === 'compute:nova' ? { ...port, fixed_ips: [] } : port,
    )
    return addressesOn({ ...cloud, ports }, 'compute1')
  }
  t.deepEqual(addresses('victoria'), [first, second, own])
  t.is(addresses('wallaby'), undefined)
})
