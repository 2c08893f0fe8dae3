import test from 'ava'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { Plan, ServiceStep, Step, WaitStep } from '../../src/plan/step.ts'
import { machineFacts } from '../fixtures/cloud.ts'
import { cloudOf, planOf } from '../fixtures/planned.ts'

const mac = 'fa:16:3e:00:00:07'
const ownAddress = 'fd00:1::f816:3eff:fe00:7/64'

type Mode = 'slaac' | 'dhcpv6-stateless' | 'dhcpv6-stateful'

/** vm1 alone on one subnet, with a router on it or without. */
function topologyOf(
  ra: Mode | null,
  address: Mode | null,
  routed: boolean,
  driver: 'openvswitch' | 'ovn' = 'openvswitch',
): string {
  const modes = [
    ...(ra === null ? [] : [`ipv6_ra_mode: ${ra}`]),
    ...(address === null ? [] : [`ipv6_address_mode: ${address}`]),
  ]
  return `
neutron: {mechanism_driver: ${driver}}
networks: {private: {subnets: [{${['cidr: "fd00:1::/64"', ...modes].join(', ')}}]}}
${routed ? 'routers: {r1: {interfaces: [private]}}' : ''}
instances: {vm1: {networks: [{name: private, mac_address: "${mac}"}]}}
`
}

function clientOf({ steps }: Plan): ServiceStep | undefined {
  return steps.find(
    (step): step is ServiceStep => step.kind === 'service' && step.service === 'dhclient',
  )
}

function waitOf({ steps }: Plan): WaitStep | undefined {
  return steps.find((step): step is WaitStep => step.id === 'autoconfigured:lab-fixture-vm1:eth0')
}

interface Outcome {
  /** What of DHCPv6 the guest has. */
  readonly client: 'address' | 'information' | 'none'
  /** Whether it makes an address from advertisements. */
  readonly autonomous: boolean
}

const isAddressed = test.macro({
  title: (
    _,
    ra: Mode | null,
    address: Mode | null,
    routed: boolean,
    _outcome: Outcome,
    driver: 'openvswitch' | 'ovn' = 'openvswitch',
  ) => `${driver}: ra_mode ${ra}, address_mode ${address}, ${routed ? 'routed' : 'isolated'}`,
  exec(
    t,
    ra: Mode | null,
    address: Mode | null,
    routed: boolean,
    outcome: Outcome,
    driver: 'openvswitch' | 'ovn' = 'openvswitch',
  ) {
    const cloud = cloudOf(topologyOf(ra, address, routed, driver))
    const plan = buildPlan(cloud, machineFacts)
    const client = clientOf(plan)
    const asks = plan.steps.some(({ id }) => id === 'informed:lab-fixture-vm1:eth0')
    t.is(client === undefined ? (asks ? 'information' : 'none') : 'address', outcome.client)
    const [given] = cloud.guests[0]?.nics[0]?.fixed_ips ?? []
    t.deepEqual(
      client?.leases ?? [],
      outcome.client === 'address' ? [{ device: 'eth0', address: `${given?.ip_address}/128` }] : [],
    )
    const wait = waitOf(plan)
    t.deepEqual(
      wait?.expects?.addresses ?? [],
      outcome.autonomous ? [{ device: 'eth0', address: ownAddress }] : [],
    )
    const isTold = routed && (driver === 'openvswitch' || address !== null)
    t.is(wait?.expects?.routes?.length ?? 0, isTold ? 1 : 0)
    const sysctls = plan.steps.find(({ id }) => id === 'sysctl:lab-fixture-vm1:eth0')
    t.like(sysctls, {
      settings: { 'net.ipv6.conf.eth0.accept_ra': '1', 'net.ipv6.conf.eth0.accept_dad': '0' },
    })
  },
})

const nothing: Outcome = { client: 'none', autonomous: false }
const address: Outcome = { client: 'address', autonomous: false }
const information: Outcome = { client: 'information', autonomous: false }
const autonomous: Outcome = { client: 'none', autonomous: true }

// The combinations that Neutron takes: both alike, or one of them; then both unset.
test(isAddressed, 'slaac', 'slaac', false, nothing)
test(isAddressed, 'slaac', 'slaac', true, autonomous)
test(isAddressed, 'dhcpv6-stateless', 'dhcpv6-stateless', false, information)
test(isAddressed, 'dhcpv6-stateless', 'dhcpv6-stateless', true, {
  client: 'information',
  autonomous: true,
})
test(isAddressed, 'dhcpv6-stateful', 'dhcpv6-stateful', false, address)
test(isAddressed, 'dhcpv6-stateful', 'dhcpv6-stateful', true, address)
// Neutron's router announces, somebody else's server would answer DHCPv6.
test(isAddressed, 'slaac', null, false, nothing)
test(isAddressed, 'slaac', null, true, autonomous)
test(isAddressed, 'dhcpv6-stateless', null, false, nothing)
test(isAddressed, 'dhcpv6-stateless', null, true, autonomous)
test(isAddressed, 'dhcpv6-stateful', null, false, nothing)
test(isAddressed, 'dhcpv6-stateful', null, true, nothing)
// Somebody else's router would announce; Neutron refuses its own there.
test(isAddressed, null, 'slaac', false, nothing)
test(isAddressed, null, 'dhcpv6-stateless', false, information)
test(isAddressed, null, 'dhcpv6-stateful', false, address)
test(isAddressed, null, null, false, address)
test(isAddressed, null, null, true, address)
// OVN answers DHCPv6 but for address mode slaac, and advertises but for none.
for (const ra of ['slaac', 'dhcpv6-stateless', 'dhcpv6-stateful', null] as const) {
  test(isAddressed, ra, null, false, address, 'ovn')
  test(isAddressed, ra, null, true, address, 'ovn')
}
test(isAddressed, 'slaac', 'slaac', false, nothing, 'ovn')
test(isAddressed, 'slaac', 'slaac', true, autonomous, 'ovn')
test(isAddressed, 'dhcpv6-stateful', 'dhcpv6-stateful', true, address, 'ovn')

test('no client asks where the prefix is shorter than 64, which dnsmasq does not serve, or without DHCP', t => {
  const plans = ['cidr: "fd00:1::/63"', 'cidr: "fd00:1::/64", enable_dhcp: false'].map(subnet =>
    planOf(`
networks: {private: {subnets: [{${subnet}}]}}
instances: {vm1: {networks: [private]}}
`),
  )
  for (const plan of plans) t.is(clientOf(plan), undefined)
})

// dnsmasq passes over hosts whose IPv6 addresses have no brackets, as Havana writes them.
test('Havana leaves DHCPv6 without an answer, so nobody asks; Icehouse answers', t => {
  const [havana, icehouse] = ['havana', 'icehouse'].map(release =>
    planOf(`
neutron: {release: ${release}}
networks: {private: {subnets: [{cidr: "fd00:1::/64"}, {cidr: 10.0.0.0/24}]}}
instances: {vm1: {networks: [{name: private, fixed_ips: ["fd00:1::9", 10.0.0.9]}]}}
`),
  )
  t.is(havana && clientOf(havana), undefined)
  t.false(havana?.steps.some(({ id }) => id.includes('dhclient')))
  t.deepEqual(icehouse && clientOf(icehouse)?.leases, [
    { device: 'eth0', address: 'fd00:1::9/128' },
  ])
})

test('a prefix longer than 64 is leased all the same', t => {
  const plan = planOf(`
networks: {private: {subnets: [{cidr: "fd00:1::/80"}]}}
instances: {vm1: {networks: [{name: private, fixed_ip: "fd00:1::9"}]}}
`)
  t.deepEqual(clientOf(plan)?.leases, [{ device: 'eth0', address: 'fd00:1::9/128' }])
})

test('on several subnets one client asks for an address, where any has one to give', t => {
  const plan = planOf(`
networks:
  private:
    subnets:
      - {cidr: 10.0.0.0/24}
      - {cidr: "fd00:1::/64", ipv6_ra_mode: dhcpv6-stateless, ipv6_address_mode: dhcpv6-stateless}
      - {cidr: "fd00:2::/64", ipv6_ra_mode: dhcpv6-stateful, ipv6_address_mode: dhcpv6-stateful}
routers: {r1: {interfaces: [private]}}
instances: {vm1: {networks: [{name: private, mac_address: "${mac}"}]}}
`)
  t.false(plan.steps.some(({ id }) => id.startsWith('informed:')))
  t.true(clientOf(plan)?.leases?.every(({ address }) => address.startsWith('fd00:2::')))
  t.deepEqual(waitOf(plan)?.expects?.addresses, [{ device: 'eth0', address: ownAddress }])
  t.true(clientOf(plan)?.needs.includes(waitOf(plan)?.id ?? ''))
})

test('a guest without a port asks nobody, and listens to nobody', t => {
  const plan = planOf(`
networks: {private: {subnets: [{cidr: "fd00:1::/64"}]}}
guests: {stray: {networks: [{name: private, port: false, fixed_ip: "fd00:1::9"}]}}
`)
  t.is(clientOf(plan), undefined)
  t.like(
    plan.steps.find(({ id }) => id === 'sysctl:lab-fixture-stray:eth0'),
    { settings: { 'net.ipv6.conf.eth0.accept_ra': '0' } },
  )
})

test('without IPv6 on the machine nothing of it is done', t => {
  const plan = buildPlan(cloudOf(topologyOf(null, null, false)), { ...machineFacts, ipv6: false })
  t.is(clientOf(plan), undefined)
  t.false(plan.steps.some(({ id }) => id.startsWith('sysctl:lab-fixture-vm1:')))
})

function contentOf({ steps }: Plan, end: string): string | undefined {
  const step = steps.find(({ id }) => id.endsWith(end))
  return step?.kind === 'file' ? step.content : undefined
}

test('DNS servers without DHCP are there from the start, or for the clients to add', t => {
  const slaac = `{cidr: "fd00:1::/64", ipv6_ra_mode: slaac, ipv6_address_mode: slaac, dns_nameservers: ["2001:db8::51"]}`
  const network = (...subnets: string[]) => `
networks: {private: {subnets: [${subnets.join(', ')}]}}
instances: {vm1: {networks: [private]}}
`
  const alone = planOf(
    network(slaac, '{cidr: 10.0.0.0/24, enable_dhcp: false, dns_nameservers: [192.0.2.53]}'),
  )
  t.is(contentOf(alone, '-vm1/resolv.conf'), 'nameserver 192.0.2.53\nnameserver 2001:db8::51\n')
  t.is(contentOf(alone, '/vm1/nameservers'), undefined)
  const dual = planOf(network(slaac, '{cidr: 10.0.0.0/24, dns_nameservers: [192.0.2.53]}'))
  t.is(contentOf(dual, '-vm1/resolv.conf'), '')
  t.is(contentOf(dual, '/vm1/nameservers'), '2001:db8::51\n')
  const dhcp = planOf(network('{cidr: 10.0.0.0/24, dns_nameservers: [192.0.2.53]}'))
  t.is(contentOf(dhcp, '/vm1/nameservers'), undefined)
})

test('a guest whose host is cut off goes on asking for an address, and is waited for by nobody', t => {
  const cloud = cloudOf(`
hosts: {ctl: {roles: [controller]}, net: {roles: [network]}, cmp: {roles: [compute]}}
networks:
  full: {subnets: [{cidr: "fd00:1::/64", ${bothModes('dhcpv6-stateful')}}]}
  less: {subnets: [{cidr: "fd00:2::/64", ${bothModes('dhcpv6-stateless')}}]}
routers: {r1: {interfaces: [full, less]}}
instances: {vm1: {networks: [full, less]}}
`)
  const isWaited = ({ id }: Step) => /^(informed|autoconfigured|leased):/.test(id)
  const near = buildPlan(cloud, machineFacts)
  t.is(near.steps.filter(isWaited).length, 4)
  const far = buildPlan(cloud, machineFacts, { isolated: ['cmp'] })
  t.deepEqual(far.steps.filter(isWaited), [])
  t.deepEqual(clientOf(far)?.argv, clientOf(near)?.argv, 'and its client is no other')
  t.deepEqual(clientOf(far)?.leases, [])
})

function bothModes(mode: Mode): string {
  return `ipv6_ra_mode: ${mode}, ipv6_address_mode: ${mode}`
}
