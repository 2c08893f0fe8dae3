import test from 'ava'
import { ipDifferences } from '../../src/plan/ip-differences.ts'
import type { IpExpectation } from '../../src/plan/step.ts'

const expected: IpExpectation = {
  links: [{ device: 'eth0', macAddress: 'fa:16:3e:00:00:01', mtu: 1450, master: 'brq' }],
  addresses: [{ device: 'eth0', address: '10.0.0.5/24' }],
  routes: [
    { destination: 'default', gateway: '10.0.0.1', device: 'eth0' },
    { destination: '10.9.0.0/24', gateway: null, device: 'eth0' },
  ],
}

const link = {
  ifname: 'eth0',
  address: 'fa:16:3e:00:00:01',
  mtu: 1450,
  master: 'brq',
  flags: ['BROADCAST', 'UP'],
  addr_info: [
    { local: 'fe80::1', prefixlen: 64 },
    { local: '10.0.0.5', prefixlen: 24 },
  ],
}
const routes = [
  { dst: 'default', gateway: '10.0.0.1', dev: 'eth0' },
  { dst: '10.9.0.0/24', dev: 'eth0' },
]

const differs = test.macro({
  exec(
    t,
    _: string,
    change: Partial<typeof link>,
    seenRoutes: typeof routes,
    lines: readonly string[],
  ) {
    t.deepEqual(ipDifferences(expected, [{ ...link, ...change }], seenRoutes), lines)
  },
  title: (_, what) => `seen: ${what}`,
})

test(differs, 'all that is expected', {}, routes, [])
test(differs, 'a device that is down', { flags: ['BROADCAST'] }, routes, ['device eth0 is down'])
test(differs, 'another MAC', { address: 'fa:16:3e:00:00:02' }, routes, [
  'device eth0 has MAC fa:16:3e:00:00:02, not fa:16:3e:00:00:01',
])
test(differs, 'another MTU', { mtu: 1500 }, routes, ['device eth0 has MTU 1500, not 1450'])
test(differs, 'another bridge', { master: 'other' }, routes, [
  'device eth0 is on other, not on brq',
])
test('seen: a port of a bridge that is not isolated from others', t => {
  const isolated = { links: [{ device: 'eth0', isolated: true as const }] }
  const linesFor = (linkinfo: object) => ipDifferences(isolated, [{ ...link, ...linkinfo }], [])
  t.deepEqual(linesFor({ linkinfo: { info_slave_data: { isolated: true } } }), [])
  const lines = ['device eth0 is not isolated on its bridge']
  t.deepEqual(linesFor({ linkinfo: { info_slave_data: { isolated: false } } }), lines)
  t.deepEqual(linesFor({}), lines)
})

test(differs, 'another prefix', { addr_info: [{ local: '10.0.0.5', prefixlen: 16 }] }, routes, [
  'address 10.0.0.5/24 is missing on eth0',
])
test(
  differs,
  'another gateway',
  {},
  [{ dst: 'default', gateway: '10.0.0.2', dev: 'eth0' }],
  ['route default via 10.0.0.1 dev eth0 is missing', 'route 10.9.0.0/24 dev eth0 is missing'],
)
test(
  differs,
  'a gateway where there is to be none',
  {},
  [
    { dst: 'default', gateway: '10.0.0.1', dev: 'eth0' },
    { dst: '10.9.0.0/24', gateway: '10.0.0.9', dev: 'eth0' },
  ],
  ['route 10.9.0.0/24 dev eth0 is missing'],
)

test('a device that is missing is one difference, its address another', t => {
  t.deepEqual(ipDifferences({ ...expected, routes: [] }, [], []), [
    'device eth0 is missing',
    'address 10.0.0.5/24 is missing on eth0',
  ])
})

test('what nothing is expected of is not looked at', t => {
  t.deepEqual(ipDifferences({}, [link], routes), [])
})
