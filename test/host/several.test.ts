import { lab, hostTest as test } from './support/lab.ts'
import {
  addressesIn,
  fetchIn,
  listenersIn,
  readIn,
  routesIn,
  runIn,
  uuidSeenBy,
} from './support/namespace.ts'
import { namesIn, standingLabs } from './support/standing-labs.ts'

const many = `
name: several
neutron:
  dhcp_agent: {enable_isolated_metadata: true}
networks:
  red: {subnets: [{cidr: 10.0.0.0/24, gateway_ip: null}]}
  blue: {subnets: [{cidr: 10.0.0.0/24, gateway_ip: null}]}
  two:
    subnets:
      - {name: two-a, cidr: 10.1.0.0/24}
      - {name: two-b, cidr: 10.1.1.0/24}
  static:
    subnets:
      - cidr: 10.2.0.0/24
        enable_dhcp: false
        host_routes:
          - {destination: 198.51.100.0/24, nexthop: 10.2.0.9}
          - {destination: 198.51.100.7/32, nexthop: 10.2.0.8}
  told:
    subnets:
      - cidr: 10.3.0.0/24
        dns_nameservers: [192.0.2.53, 192.0.2.54]
        host_routes: [{destination: 198.51.100.0/24, nexthop: 10.3.0.9}]
  routed-a: {subnets: [{cidr: 10.4.0.0/24}]}
  routed-b: {subnets: [{cidr: 10.4.0.0/24}]}
  outside-a: {"router:external": true, subnets: [{cidr: 203.0.113.0/25, enable_dhcp: false}]}
  outside-b: {"router:external": true, subnets: [{cidr: 203.0.113.128/25, enable_dhcp: false}]}
routers:
  edge-a: {external_gateway: outside-a, interfaces: [routed-a]}
  edge-b: {external_gateway: outside-b, interfaces: [routed-b]}
instances:
  vm-red: {networks: [{name: red, fixed_ip: 10.0.0.77}]}
  vm-blue: {networks: [{name: blue, fixed_ip: 10.0.0.77}]}
  first: {networks: [{name: two, fixed_ip: 10.1.0.5}]}
  second: {networks: [{name: two, fixed_ip: 10.1.1.5}]}
  both: {networks: [red, told]}
  still: {networks: [static]}
  twice: {networks: [two, told]}
  vm-told: {networks: [told]}
  vm-a: {networks: [{name: routed-a, fixed_ip: 10.4.0.77}]}
  vm-b: {networks: [{name: routed-b, fixed_ip: 10.4.0.77}]}
`

const forced = `
name: forced
neutron:
  dhcp_agent: {force_metadata: true}
networks:
  private: {subnets: [{cidr: 10.5.0.0/24}]}
routers:
  edge: {interfaces: [private]}
instances:
  vm1: {networks: [private]}
`

const unserved = `
name: unserved
networks:
  private: {subnets: [{cidr: 10.6.0.0/24}]}
instances:
  vm1: {networks: [private]}
`

const labs = standingLabs({
  many: { topology: many },
  forced: { topology: forced },
  unserved: { topology: unserved },
})

for (const [one, other] of [
  ['vm-red', 'vm-blue'],
  ['vm-a', 'vm-b'],
] as const)
  test(`${one} and ${other} have the same address and each its own metadata`, async t => {
    const { guest, instance } = namesIn(labs('many'))
    for (const name of [one, other]) t.is(await uuidSeenBy(guest(name)), instance(name).id)
    const addresses = [one, other].map(name => addressesIn(guest(name), 'eth0'))
    const [first = [], second = []] = await Promise.all(addresses)
    t.is(first[0], second[0])
  })

test('a network without a gateway has no default route, and its metadata route alone', async t => {
  const { guest, qdhcp } = namesIn(labs('many'))
  t.deepEqual(await routesIn(guest('vm-red')), [
    '10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.77',
    '169.254.169.254 via 10.0.0.1 dev eth0',
  ])
  t.false((await routesIn(qdhcp('red'))).some(route => route.startsWith('default')))
})

test('guests of two subnets of a network lease from theirs, are told of the other, and are served', async t => {
  const { guest, instance } = namesIn(labs('many'))
  t.deepEqual(await routesIn(guest('first')), [
    '10.1.0.0/24 dev eth0 proto kernel scope link src 10.1.0.5',
    '10.1.1.0/24 dev eth0 scope link',
    '169.254.169.254 via 10.1.0.2 dev eth0',
    'default via 10.1.0.1 dev eth0',
  ])
  for (const name of ['first', 'second']) t.is(await uuidSeenBy(guest(name)), instance(name).id)
  t.is((await runIn(guest('first'), ['busybox', 'ping', '-c1', '-W2', '10.1.1.5'])).exitCode, 0)
})

test('an instance with two NICs leases on both and is the same instance on either', async t => {
  const { guest, instance } = namesIn(labs('many'))
  t.regex((await addressesIn(guest('both'), 'eth0')).join(), /inet 10\.0\.0\.\d+\/24/)
  t.regex((await addressesIn(guest('both'), 'eth1')).join(), /inet 10\.3\.0\.\d+\/24/)
  t.is(await uuidSeenBy(guest('both')), instance('both').id)
  t.is(await uuidSeenBy(guest('both'), '--interface', 'eth1'), instance('both').id)
})

test('the first NIC’s routes are preferred where two lead to the same place', async t => {
  const { guest } = namesIn(labs('many'))
  const routes = await routesIn(guest('twice'))
  t.deepEqual(
    routes.filter(route => /^(default|169\.254)/.test(route)),
    [
      '169.254.169.254 via 10.1.0.2 dev eth0',
      '169.254.169.254 via 10.3.0.2 dev eth1 metric 2001',
      'default via 10.1.0.1 dev eth0',
      'default via 10.3.0.1 dev eth1 metric 2001',
    ],
  )
})

test('a guest of a subnet without DHCP has its address and routes, and nobody for metadata', async t => {
  const { guest } = namesIn(labs('many'))
  const [address] = await addressesIn(guest('still'), 'eth0')
  t.regex(address ?? '', /^inet 10\.2\.0\.\d+\/24 brd 10\.2\.0\.255 scope global$/)
  const routes = await routesIn(guest('still'))
  t.true(routes.includes('default via 10.2.0.1 dev eth0'))
  t.true(routes.includes('198.51.100.0/24 via 10.2.0.9 dev eth0'))
  t.true(routes.includes('198.51.100.7 via 10.2.0.8 dev eth0'))
  t.not((await fetchIn(guest('still'), '/')).exitCode, 0)
})

test('host routes and nameservers reach the guest', async t => {
  const { guest } = namesIn(labs('many'))
  t.true((await routesIn(guest('vm-told'))).includes('198.51.100.0/24 via 10.3.0.9 dev eth0'))
  t.is(
    await readIn(guest('vm-told'), 'cat', '/etc/resolv.conf'),
    'search openstacklocal\nnameserver 192.0.2.53\nnameserver 192.0.2.54',
  )
})

test('two routers lead to two external networks, and each guest is seen as its own router', async t => {
  const { guest, outside } = namesIn(labs('many'))
  const ping = async (name: string, address: string) =>
    (await runIn(guest(name), ['busybox', 'ping', '-c1', '-W1', address])).exitCode
  t.is(await ping('vm-a', '203.0.113.1'), 0)
  t.is(await ping('vm-b', '203.0.113.129'), 0)
  t.not(await ping('vm-a', '203.0.113.129'), 0)
  t.not(outside('outside-a'), outside('outside-b'))
})

test('force_metadata serves a routed network from qdhcp, beside the router’s proxy', async t => {
  const { guest, instance, qdhcp, qrouter } = namesIn(labs('forced'))
  const routes = await routesIn(guest('vm1'))
  t.true(routes.includes('169.254.169.254 via 10.5.0.2 dev eth0'))
  t.true((await listenersIn(qdhcp('private'))).includes('tcp 169.254.169.254:80 haproxy'))
  t.true((await listenersIn(qrouter('edge'))).includes('tcp *:9697 haproxy'))
  t.is(await uuidSeenBy(guest('vm1')), instance('vm1').id)
  const viaQdhcp = ['169.254.169.254', 'via', '10.5.0.2', 'dev', 'eth0']
  await readIn(guest('vm1'), 'ip', 'route', 'delete', ...viaQdhcp)
  t.is(await uuidSeenBy(guest('vm1')), instance('vm1').id)
  const { stdout, exitCode } = await lab(['status', labs('forced').name])
  t.is(exitCode, 1)
  t.regex(stdout, /route 169\.254\.169\.254 via 10\.5\.0\.2 dev eth0 is missing/)
  await readIn(guest('vm1'), 'ip', 'route', 'add', ...viaQdhcp)
})

test('without enable_isolated_metadata a guest gets none, and lab up says so', async t => {
  const { guest, qdhcp } = namesIn(labs('unserved'))
  t.is(labs('unserved').up.exitCode, 0)
  t.regex(labs('unserved').up.stdout, /vm1 gets no metadata from http:\/\/169\.254\.169\.254/)
  t.regex(
    labs('unserved').up.stdout,
    /Neutron serves none on network private: enable_isolated_metadata is off/,
  )
  t.false((await routesIn(guest('vm1'))).some(route => route.startsWith('169.254')))
  t.deepEqual(
    (await listenersIn(qdhcp('private'))).filter(listener => !listener.endsWith('dnsmasq')),
    [],
  )
  t.not((await fetchIn(guest('vm1'), '/')).exitCode, 0)
})

for (const key of ['many', 'forced', 'unserved'] as const)
  test(`${key}: status finds every resource standing`, async t => {
    const { stdout } = await lab(['status', labs(key).name, '--json'])
    t.deepEqual(JSON.parse(stdout).differences, [])
  })
