import test from 'ava'
import { Chalk } from 'chalk'
import { describeHosts } from '../../src/cli/describe-hosts.ts'
import { renderHosts } from '../../src/cli/render-hosts.ts'
import { shortenList } from '../../src/cli/shorten-list.ts'
import { labOf } from '../fixtures/planned.ts'

const some = (count: number, one: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => one(index)).join(', ')

const large = labOf(`
hosts: {ctl: [controller, network], com: compute}
networks: {${some(20, at => `net${at}: {subnets: [{cidr: 10.${at}.0.0/24}]}`)}}
routers: {r: {interfaces: [net0]}}
instances: {${some(30, at => `vm${at}: {networks: [net0]}`)}}
`)

test('a host has its addresses, OpenStack’s services, namespaces by name and guests', t => {
  const [ctl, com] = describeHosts({ ...large, states: {} })
  t.like(ctl, {
    roles: ['controller', 'network'],
    management_ip: '172.29.236.11',
    tunnel_ip: '172.29.240.11',
    state: 'joined',
    guests: [],
  })
  t.deepEqual(ctl?.services.toSorted(), [
    'neutron-dhcp-agent',
    'neutron-l3-agent',
    'neutron-metadata-agent',
    'nova-api-metadata',
  ])
  t.is(ctl?.namespaces.length, 21)
  t.like(
    ctl?.namespaces.find(({ name }) => name === 'net7'),
    { kind: 'qdhcp', addresses: ['10.7.0.2'], metadata: null },
  )
  t.like(
    ctl?.namespaces.find(({ name }) => name === 'r'),
    { kind: 'qrouter', addresses: ['10.0.0.1'], metadata: '[::]:9697' },
  )
  t.deepEqual([com?.services, com?.namespaces, com?.guests.length], [[], [], 30])
  t.deepEqual(com?.guests[0], { name: 'vm0', addresses: ['10.0.0.3'] })
})

test('what is cut off or stopped is said', t => {
  const states = { isolated: ['com'], stopped: ['neutron-l3-agent@ctl'] }
  const hosts = describeHosts({ ...large, states })
  t.deepEqual(
    hosts.map(({ state, stopped }) => [state, stopped]),
    [
      ['joined', ['neutron-l3-agent']],
      ['isolated', []],
    ],
  )
})

test('however much there is, hosts are shown in few lines', t => {
  const lines = renderHosts(describeHosts({ ...large, states: {} }), new Chalk({ level: 0 }))
  t.deepEqual(lines.slice(0, 2), [
    '',
    'ctl  controller, network  172.29.236.11, tunnels 172.29.240.11',
  ])
  t.deepEqual(lines.slice(3), [
    '  qdhcp    net0           10.0.0.2',
    '  qdhcp    net1           10.1.0.2',
    '  qdhcp    net2           10.2.0.2',
    '  qdhcp    … and 17 more',
    '  qrouter  r              10.0.0.1  metadata [::]:9697',
    '',
    'com  compute  172.29.236.12, tunnels 172.29.240.12',
    '  vm0 10.0.0.3, vm1 10.0.0.4, vm2 10.0.0.5, vm3 10.0.0.6 and 26 more',
  ])
})

test('a list of names is as long as people read', t => {
  t.is(shortenList(['a', 'b'], 2), 'a, b')
  t.is(shortenList(['a', 'b', 'c', 'd'], 2), 'a, b and 2 more')
})
