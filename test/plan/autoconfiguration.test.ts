import test from 'ava'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { commandOf } from '../../src/plan/command.ts'
import type { Plan, WaitStep } from '../../src/plan/step.ts'
import { machineFacts } from '../fixtures/cloud.ts'
import { cloudOf, planOf, shippedTopology } from '../fixtures/planned.ts'

const slaac = '{cidr: fd00:1::/64, ipv6_ra_mode: slaac, ipv6_address_mode: slaac}'

function routed(subnets: string, interfaces = '[private]'): string {
  return `
networks: {private: {subnets: [${subnets}]}}
routers:
  r1: {interfaces: ${interfaces}}
instances: {vm1: {networks: [{name: private, mac_address: "fa:16:3e:00:00:07"}]}}
`
}

function waitOf({ steps }: Plan): WaitStep | undefined {
  return steps.find((step): step is WaitStep => step.id === 'autoconfigured:lab-fixture-vm1:eth0')
}

function guestSysctls({ steps }: Plan): Readonly<Record<string, string>> {
  const step = steps.find(({ id }) => id === 'sysctl:lab-fixture-vm1:eth0')
  return step?.kind === 'sysctl' ? step.settings : {}
}

test('a guest behind a router is waited for until it has its address and a default route', t => {
  const plan = planOf(routed(`{cidr: 10.0.0.0/24}, ${slaac}`))
  const wait = waitOf(plan)
  t.deepEqual(wait?.expects?.addresses, [
    { device: 'eth0', address: 'fd00:1::f816:3eff:fe00:7/64' },
  ])
  const [route, ...others] = wait?.expects?.routes ?? []
  t.deepEqual(others, [])
  t.regex(route?.gateway ?? '', /^fe80::f816:3eff:fe/)
  t.true(wait?.needs.some(need => need.startsWith('service:radvd-')))
  t.like(guestSysctls(plan), { 'net.ipv6.conf.eth0.accept_ra': '1' })
})

test('where two routers advertise, the guest has a default route by each', t => {
  const second = 'r2: {interfaces: [{network: private, fixed_ip: "fd00:1::9"}]}'
  const plan = planOf(routed(slaac).replace('\ninstances', `\n  ${second}\ninstances`))
  t.is(new Set(waitOf(plan)?.expects?.routes?.map(({ gateway }) => gateway)).size, 2)
  t.is(plan.steps.filter(step => step.kind === 'service' && step.service === 'radvd').length, 2)
})

test('a guest with static addresses behind a router takes no advertisement', t => {
  const plan = planOf(routed('{cidr: fd00:1::/64, enable_dhcp: false}'))
  t.is(waitOf(plan), undefined)
  t.is(guestSysctls(plan)['net.ipv6.conf.eth0.accept_ra'], '0')
  t.true(plan.steps.some(step => step.kind === 'service' && step.service === 'radvd'))
})

test('nothing is waited for without a router, or without IPv6', t => {
  const isolated = planOf(`
networks: {private: {subnets: [{cidr: 10.0.0.0/24}, ${slaac}]}}
instances: {vm1: {networks: [private]}}
`)
  const withoutIpv6 = buildPlan(cloudOf(routed(`{cidr: 10.0.0.0/24}, ${slaac}`)), {
    ...machineFacts,
    ipv6: false,
  })
  for (const plan of [isolated, withoutIpv6, planOf(shippedTopology('router-mode'))]) {
    t.is(waitOf(plan), undefined)
    t.false(plan.steps.some(step => step.kind === 'service' && step.service === 'radvd'))
    t.false(plan.steps.some(({ id }) => id.endsWith('/ra')))
  }
})

test('what is waited for can be asked for again', t => {
  const wait = waitOf(planOf(routed(slaac)))
  const loop = wait === undefined ? '' : commandOf([wait]).argv.at(-1)
  t.regex(loop ?? '', /^n=0; until \[ .*; do sleep 0\.05; .*ip -6 address add fe80::/)
})
