import test from 'ava'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { ServiceStep, Step } from '../../src/plan/step.ts'
import { viewsOf } from '../../src/plan/views.ts'
import { isAbandoned, toldOfBy, watcherOf } from '../../src/plan/watchers.ts'
import { machineFacts } from '../fixtures/cloud.ts'
import { cloudOf, planOf } from '../fixtures/planned.ts'

const topology = `
hosts: {ctl: controller, net1: network, net2: network, cmp: compute}
neutron: {dhcp_agent: {enable_isolated_metadata: true}}
networks:
  a: {subnets: [{cidr: 10.0.0.0/24}]}
  b: {subnets: [{cidr: 10.0.1.0/24}, {cidr: "fd00:1::/64", ipv6_ra_mode: slaac, ipv6_address_mode: slaac}]}
routers: {r: {host: net1, interfaces: [b]}}
instances: {vm1: {networks: [a]}, vm2: {networks: [b]}}
`

function isService(step: Step): step is ServiceStep {
  return step.kind === 'service'
}

function watchersOf(steps: readonly Step[]) {
  return steps.filter(isService).map(step => [step.service, watcherOf(step)] as const)
}

test('each service has one who puts it back: what agents start, the agent that starts it', t => {
  const pairs = new Set(watchersOf(planOf(topology).steps).map(pair => pair.join(' < ')))
  t.deepEqual([...pairs].toSorted(), [
    'dnsmasq < neutron-dhcp-agent',
    'haproxy < neutron-dhcp-agent',
    'haproxy < neutron-l3-agent',
    'neutron-dhcp-agent < supervisor',
    'neutron-l3-agent < supervisor',
    'neutron-metadata-agent < supervisor',
    'nova-api-metadata < supervisor',
    'radvd < neutron-l3-agent',
    'supervisor < supervisor',
    'udhcpc < supervisor',
  ])
})

test('under ML2/OVN, without agents, the supervisor puts back all', t => {
  const { steps } = planOf(topology.replace('neutron: {', 'neutron: {mechanism_driver: ovn, '))
  t.deepEqual([...new Set(watchersOf(steps).map(([, watcher]) => watcher))], ['supervisor'])
  t.false(steps.some(({ id }) => /neutron-(dhcp|l3)-agent/.test(id)))
})

test('the supervisor leaves proxies in ovnmeta whose agent is stopped, and tells of others in its log', t => {
  const services = planOf(topology.replace('neutron: {', 'neutron: {mechanism_driver: ovn, '))
    .steps.filter(isService)
    .filter(({ service }) => !service.startsWith('udhcpc'))
  const agent = 'neutron-ovn-agent@cmp'
  const abandoned = services.filter(service => isAbandoned(service, [agent]))
  t.deepEqual([...new Set(abandoned.map(({ service }) => service))], ['haproxy'])
  t.deepEqual(
    services.filter(service =>
      isAbandoned(service, ['neutron-ovn-agent@net1', 'nova-api-metadata@ctl']),
    ),
    [],
  )
  const told = services.filter(service => toldOfBy(service, services)?.name === agent)
  t.deepEqual(told, abandoned)
})

test('an agent stands on each network host that it has work on, behind what it looks after', t => {
  const services = planOf(topology).steps.filter(isService)
  const agents = services.filter(({ service }) => /^neutron-(dhcp|l3)-agent$/.test(service))
  t.deepEqual(
    agents.map(({ name }) => name),
    ['net1', 'net2'].flatMap(host => [`neutron-dhcp-agent@${host}`, `neutron-l3-agent@${host}`]),
  )
  for (const agent of agents) {
    const own = services.filter(
      step => step.host === agent.host && watcherOf(step) === agent.service,
    )
    t.deepEqual(
      agent.needs.filter(id => id.startsWith('service:')),
      own.map(({ id }) => id),
    )
    t.true(agent.supervised)
  }
  const bare = planOf('networks: {a: {subnets: [{cidr: 10.0.0.0/24, enable_dhcp: false}]}}').steps
  t.false(bare.some(({ id }) => /neutron-(dhcp|l3)-agent/.test(id)))
})

test('a stopped agent is no process, and all that it has made stands as before', t => {
  const cloud = cloudOf(topology)
  const ids = (stopped: readonly string[]) =>
    buildPlan(cloud, machineFacts, { stopped }).steps.map(({ id }) => id)
  const agent = 'neutron-dhcp-agent@net1'
  t.deepEqual(
    ids([agent]),
    ids([]).filter(id => id !== `service:${agent}`),
  )
})

test('views: an agent that knows another cloud has that one’s networks, and its own host’s paths', t => {
  const cloud = cloudOf(topology)
  const old = cloudOf(topology.replace('instances: {vm1: {networks: [a]}, ', 'instances: {'))
  const host = cloud.hosts.find(({ name }) => name === 'net1')
  if (host === undefined) return t.fail()
  const now = viewsOf(cloud, host, {})
  const then = viewsOf(cloud, host, {
    known: { 'neutron-dhcp-agent@net1': old },
    proxies: { 'neutron-dhcp-agent@net1': { x: true }, 'neutron-dhcp-agent@net2': { y: true } },
  })
  t.deepEqual(then.l3, now.l3)
  t.deepEqual([now.proxies, then.proxies], [{}, { x: true }])
  t.is(then.dhcp.neutron.state_path, host.state_path)
  const [vm1] = cloud.guests.flatMap(({ nics }) => nics)
  const knows = (view: typeof now) => view.dhcp.ports.some(({ id }) => id === vm1?.id)
  t.is(knows(then), false)
  const scheduled = now.dhcp.networks.some(({ id }) => id === vm1?.network_id)
  t.is(knows(now), scheduled)
})

test('a guest’s client is the same whether somebody answers or not; only who can be answered is waited for', t => {
  const cloud = cloudOf(topology)
  const clientIn = (steps: readonly Step[]) =>
    steps.filter(isService).find(({ name }) => name === 'udhcpc-vm1-eth0')
  const leased = (steps: readonly Step[]) =>
    steps.filter(({ id }) => id === 'leased:udhcpc-vm1-eth0').length
  const joined = buildPlan(cloud, machineFacts).steps
  const alone = buildPlan(cloud, machineFacts, { isolated: ['cmp'] }).steps
  t.deepEqual(clientIn(alone)?.argv, clientIn(joined)?.argv)
  t.deepEqual([leased(joined), leased(alone)], [1, 0])
  t.deepEqual([clientIn(joined)?.leases?.length, clientIn(alone)?.leases?.length], [1, 0])
})
