import test from 'ava'
import fc from 'fast-check'
import type { AgentStates } from '../../src/cloud/agent-states.ts'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { hearsFromServer, tellAgents } from '../../src/neutron/agent-knowledge.ts'
import { cloudOf } from '../fixtures/planned.ts'

interface Wish {
  readonly release?: string
  readonly isRouted?: boolean
  readonly instances?: readonly string[]
  readonly dns?: readonly string[]
  readonly isWanted?: boolean
}

function cloudWith({
  release = '2026.1',
  isRouted = false,
  instances = [],
  dns = [],
  isWanted = true,
}: Wish): Cloud {
  return cloudOf(
    JSON.stringify({
      hosts: { ctl: 'controller', net: 'network', cmp: 'compute' },
      neutron: { release, dhcp_agent: { enable_isolated_metadata: isWanted } },
      networks: { a: { subnets: [{ cidr: '10.0.0.0/24', dns_nameservers: dns }] } },
      routers: { r: { interfaces: isRouted ? ['a'] : [] } },
      instances: Object.fromEntries(instances.map(name => [name, { networks: ['a'] }])),
    }),
  )
}

const DHCP = 'neutron-dhcp-agent@net'
const L3 = 'neutron-l3-agent@net'
const nothing: AgentStates = {}

function routerPortsOf(cloud: Cloud | undefined): number | undefined {
  return cloud?.ports.filter(({ device_owner }) => device_owner === 'network:router_interface')
    .length
}

test('the first lab of a name, and one of which nothing is stopped or cut off, is all known', t => {
  const before = { cloud: cloudWith({}), states: nothing }
  t.deepEqual(tellAgents(cloudWith({}), null, {}), {})
  t.deepEqual(tellAgents(cloudWith({ isRouted: true, instances: ['vm1'] }), before, {}), {})
})

test("OVN's agent is told on compute hosts alone, and keeps what it had while it is stopped or cut off", t => {
  const ovn = (instances: string) =>
    cloudOf(`
hosts: {ctl: {roles: [controller, network]}, cmp: compute}
neutron: {mechanism_driver: ovn}
networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}
instances: {${instances}}
`)
  const [first, second] = [ovn(''), ovn('vm1: {networks: [a]}')]
  const agent = 'neutron-ovn-agent@cmp'
  for (const states of [{ stopped: [agent] }, { isolated: ['cmp'] }]) {
    const told = tellAgents(second, { cloud: first, states }, states)
    t.deepEqual(told, { known: { [agent]: first }, ...states })
    t.deepEqual(tellAgents(second, { cloud: second, states: told }, {}), {})
  }
})

test('under ML2/OVN nobody else is told: it has no DHCP and L3 agents', t => {
  const ovn = (interfaces: string) =>
    cloudOf(`
hosts: {ctl: controller, net: network, cmp: compute}
neutron: {mechanism_driver: ovn}
networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}
routers: {r: {interfaces: [${interfaces}]}}
`)
  const states = { isolated: ['net'] }
  t.deepEqual(tellAgents(ovn('a'), { cloud: ovn(''), states }, states), states)
})

test('agents that are stopped or cut off keep what they had until they are back, however much changes', t => {
  const [first, second, third] = [
    cloudWith({}),
    cloudWith({ instances: ['vm1'] }),
    cloudWith({ instances: ['vm1', 'vm2'], isRouted: true }),
  ]
  const stopped = { stopped: [DHCP] }
  const once = tellAgents(second, { cloud: first, states: stopped }, stopped)
  t.deepEqual(once, { known: { [DHCP]: first }, ...stopped })
  const twice = tellAgents(third, { cloud: second, states: once }, stopped)
  t.deepEqual(twice, { known: { [DHCP]: first }, ...stopped })
  t.deepEqual(tellAgents(third, { cloud: third, states: twice }, {}, [DHCP]), {})

  for (const host of ['net', 'ctl']) {
    const cut = { isolated: [host] }
    const told = tellAgents(second, { cloud: first, states: cut }, cut)
    t.deepEqual(Object.keys(told.known ?? {}), [DHCP, L3])
    t.deepEqual(tellAgents(second, { cloud: second, states: told }, {}, [DHCP, L3]), {})
  }
  const far = { isolated: ['cmp'] }
  t.deepEqual(tellAgents(second, { cloud: first, states: far }, far), far)
})

test('who hears from neutron-server: the controller’s own agents, and those that nothing cuts off from it', t => {
  const cloud = cloudWith({})
  const heard = (isolated: readonly string[]) =>
    cloud.hosts.filter(host => hearsFromServer(cloud, host, isolated)).map(({ name }) => name)
  t.deepEqual(heard([]), ['ctl', 'net', 'cmp'])
  t.deepEqual(heard(['net']), ['ctl', 'cmp'])
  t.deepEqual(heard(['ctl']), ['ctl'])
})

for (const release of ['juno', 'kilo', 'liberty'])
  test(`${release}: a router’s port is news to the DHCP agent with the network’s next fetch alone`, t => {
    const before = { cloud: cloudWith({ release }), states: nothing }
    const routed = cloudWith({ release, isRouted: true })
    const attached = tellAgents(routed, before, {})
    t.is(routerPortsOf(attached.known?.[DHCP]), 0)
    t.is(attached.known?.[L3], undefined, 'the L3 agent has been told')

    const instance = cloudWith({ release, isRouted: true, instances: ['vm1'] })
    const after = { cloud: routed, states: attached }
    const added = tellAgents(instance, after, {}).known?.[DHCP]
    t.is(routerPortsOf(added), 0)
    t.is(added?.instances.length, 1, 'of an instance’s port the API tells it')

    t.is(tellAgents(routed, after, {}, [DHCP]).known, undefined, 'a start')
    const subnet = cloudWith({ release, isRouted: true, dns: ['192.0.2.1'] })
    t.is(tellAgents(subnet, after, {}).known, undefined, 'a changed subnet')
    const options = cloudWith({ release, isRouted: true, isWanted: false })
    t.is(tellAgents(options, after, {}).known, undefined, 'other options, which a start reads')

    const whole = { cloud: routed, states: nothing }
    const detached = tellAgents(before.cloud, whole, {})
    t.is(routerPortsOf(detached.known?.[DHCP]), 1, 'the mirror image')
    t.deepEqual(tellAgents(routed, { cloud: before.cloud, states: detached }, {}).known, undefined)
  })

test('mitaka: neutron-server tells it', t => {
  const before = { cloud: cloudWith({ release: 'mitaka' }), states: nothing }
  t.is(tellAgents(cloudWith({ release: 'mitaka', isRouted: true }), before, {}).known, undefined)
})

test('whatever happened, agents that start know all', t => {
  const wish = fc.record({
    isRouted: fc.boolean(),
    instances: fc.subarray(['vm1', 'vm2']),
    dns: fc.subarray(['192.0.2.1']),
  })
  const event = fc.record({
    wish,
    stopped: fc.subarray([DHCP, L3]),
    isolated: fc.subarray(['ctl', 'net', 'cmp']),
  })
  fc.assert(
    fc.property(
      fc.constantFrom('liberty', 'mitaka', '2026.1'),
      fc.array(event, { minLength: 1, maxLength: 5 }),
      (release, events) => {
        let before = { cloud: cloudWith({ release }), states: nothing }
        for (const { wish: next, stopped, isolated } of events) {
          const cloud = cloudWith({ release, ...next })
          before = { cloud, states: tellAgents(cloud, before, { stopped, isolated }) }
        }
        const { known, stopped, isolated } = tellAgents(before.cloud, before, {}, [DHCP, L3])
        t.deepEqual(
          { known, stopped, isolated },
          { known: undefined, stopped: undefined, isolated: undefined },
        )
      },
    ),
    { numRuns: 50 },
  )
})

test('what was stopped or cut off on a host that there is no more is forgotten', t => {
  const networks = '{a: {subnets: [{cidr: 10.0.0.0/24}]}}'
  const [two, lone] = [
    '{ctl: [controller, network], cmp: compute}',
    '{ctl: [controller, network, compute]}',
  ].map(hosts => cloudOf(`{hosts: ${hosts}, networks: ${networks}}`)) as [Cloud, Cloud]
  const states = { stopped: [DHCP, 'nova-api-metadata@ctl'], isolated: ['net', 'cmp'] }
  const of = (cloud: Cloud) => tellAgents(cloud, { cloud, states }, states)
  t.deepEqual(of(two), { stopped: ['nova-api-metadata@ctl'], isolated: ['cmp'] })
  t.deepEqual(of(lone), { stopped: ['nova-api-metadata@ctl'] })
  const alone = { isolated: ['ctl'] }
  t.deepEqual(tellAgents(lone, { cloud: lone, states: alone }, alone), {}, 'from whom?')
})
