import test from 'ava'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { machineFacts } from '../fixtures/cloud.ts'
import { cloudOf } from '../fixtures/planned.ts'

const cloud = cloudOf(`
neutron: {release: 2026.1, dhcp_agent: {enable_isolated_metadata: true}}
networks:
  private:
    subnets:
      - {cidr: 10.0.0.0/24}
      - {cidr: "2001:db8::/64"}
      - {cidr: "2001:db8:1::/64", enable_dhcp: false}
  public:
    router:external: true
    subnets: [{cidr: 203.0.113.0/24}, {cidr: "2001:db8:2::/64"}]
  six:
    subnets: [{cidr: "2001:db8:3::/64", enable_dhcp: false}]
routers:
  r1: {interfaces: [{network: private, subnet: 10.0.0.0/24}]}
instances:
  vm1: {networks: [{name: private, fixed_ips: [10.0.0.9, "2001:db8:1::9"]}, six]}
`)

/** Every line of `ip` in the plan with an IPv6 address or route. */
function ipv6Lines(ipv6: boolean): string[] {
  const { steps } = buildPlan(cloud, { ...machineFacts, ipv6 })
  return steps
    .flatMap(step => (step.kind === 'ip' ? step.lines : []))
    .filter(line => / (fe80|2001:db8):/.test(line))
}

test('a plan gives IPv6 addresses and routes to guests, agents and the provider', t => {
  const lines = ipv6Lines(true).map(line => line.replace(/tap\S+/, 'tap'))
  t.deepEqual(lines, [
    'address add 2001:db8::2/64 dev tap',
    'address add fe80::a9fe:a9fe/128 dev tap',
    'route replace default via 2001:db8::1 dev tap proto static',
    'address add 2001:db8:2::2/64 dev tap',
    'address add fe80::a9fe:a9fe/128 dev tap',
    'route replace default via 2001:db8:2::1 dev tap proto static',
    'address add 2001:db8:2::1/64 dev eth0',
    'address add 2001:db8:1::9/64 dev eth0',
    'route replace default via 2001:db8:1::1 dev eth0',
    'address add 2001:db8:3::2/64 dev eth1',
    'route replace default via 2001:db8:3::1 dev eth1 metric 2001',
  ])
})

test('on a machine without IPv6 it gives none', t => {
  t.deepEqual(ipv6Lines(false), [])
})

test('on a machine without IPv6 dnsmasq is not told to serve it, for which it would not start', t => {
  const ranges = (ipv6: boolean) =>
    buildPlan(cloud, { ...machineFacts, ipv6 })
      .steps.flatMap(step => (step.kind === 'service' ? step.argv : []))
      .filter(argument => /^--dhcp-range=.*,2001:/.test(argument)).length
  t.is(ranges(true), 2)
  t.is(ranges(false), 0)
})
