import test from 'ava'
import type { AgentStates } from '../../src/cloud/agent-states.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { WaitStep } from '../../src/plan/step.ts'
import { machineFacts } from '../fixtures/cloud.ts'
import { cloudOf } from '../fixtures/planned.ts'

/** DHCP on net1, a router on net2 and another on net3, a guest on cmp. */
const text = `
hosts: {ctl: controller, net1: network, net2: network, net3: network, cmp: compute}
networks:
  a:
    dhcp_agents: [net1]
    subnets: [{cidr: 10.0.0.0/24}, {cidr: "fd00:1::/64", ipv6_ra_mode: slaac, ipv6_address_mode: slaac}]
routers:
  r2: {host: net2, interfaces: [a]}
  r3: {host: net3, interfaces: [{network: a, subnet: "fd00:1::/64", fixed_ip: "fd00:1::9"}]}
instances: {vm1: {host: cmp, networks: [a]}}
`
const cloud = cloudOf(text)
const unrouted = cloudOf(text.replace(/ {2}r2:.*\n/, '  r2: {host: net2}\n'))

const waits = test.macro({
  title: (_, what: string) => what,
  exec(t, _: string, states: AgentStates, lease: boolean, routers: readonly string[]) {
    const { steps } = buildPlan(cloud, machineFacts, states)
    const ids = steps.filter((step): step is WaitStep => step.kind === 'wait').map(({ id }) => id)
    t.is(ids.includes('leased:udhcpc-vm1-eth0'), lease)
    const step = steps.find(({ id }) => id === 'autoconfigured:lab-fixture-vm1:eth0')
    const wait = step?.kind === 'wait' ? step : undefined
    t.is(wait?.expects?.routes?.length ?? 0, routers.length)
    t.is(wait?.expects?.addresses?.length ?? 0, routers.length === 0 ? 0 : 1)
    const named = [...(wait?.why ?? '').matchAll(/r\d/g)].map(([name]) => name)
    t.deepEqual(named, [...routers])
  },
})

test(waits, 'a guest waits for its lease and for every router', {}, true, ['r2', 'r3'])
test(
  waits,
  'not for a router whose host is cut off, which may have the one or the other',
  { isolated: ['net2'] },
  true,
  ['r3'],
)
test(waits, 'nor for any where all of theirs are', { isolated: ['net2', 'net3'] }, true, [])
test(waits, 'for routers alone where the host of DHCP is', { isolated: ['net1'] }, false, [
  'r2',
  'r3',
])
test(waits, 'for nothing where its own is', { isolated: ['cmp'] }, false, [])
test(
  waits,
  'nor for a router that its agent has not been told of',
  { known: { 'neutron-l3-agent@net2': unrouted } },
  true,
  ['r3'],
)
