import test from 'ava'
import type { AgentStates } from '../../src/cloud/agent-states.ts'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { tellAgents } from '../../src/neutron/agent-knowledge.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { IpStep, Step } from '../../src/plan/step.ts'
import { readCloud } from '../cloud/read-cloud.ts'
import { machineFacts } from '../fixtures/cloud.ts'
import { cloudOf } from '../fixtures/planned.ts'
import { ovnCloud, portOf, privateId } from '../neutron/ovn/ovn-clouds.ts'

const cloud = ovnCloud()
const { steps } = buildPlan(cloud, machineFacts)

function namespacesOf(all: readonly Step[]): string[] {
  return all.flatMap(step => (step.kind === 'netns' ? [step.namespace] : []))
}

function servicesOf(all: readonly Step[]): string[] {
  return all.flatMap(step => (step.kind === 'service' ? [step.name] : []))
}

test('each step has an id of its own, and needs steps that are there', t => {
  const ids = steps.map(({ id }) => id)
  t.deepEqual([...new Set(ids)], ids)
  const known = new Set(ids)
  t.deepEqual(
    steps.flatMap(({ id, needs }) =>
      needs.filter(need => !known.has(need)).map(need => [id, need]),
    ),
    [],
  )
})

test('there are no namespaces and no agents of ML2/OVS', t => {
  t.false(namespacesOf(steps).some(name => /^q(dhcp|router)-/.test(name)))
  t.false(servicesOf(steps).some(name => /neutron-(dhcp|l3|metadata)-agent/.test(name)))
})

test('ovnmeta and its agent are where the machines are, and nova is on the controller', t => {
  const other = cloud.networks[1]?.id
  t.deepEqual(
    namespacesOf(steps).filter(name => name.startsWith('ovnmeta-')),
    [`ovnmeta-${privateId}@compute1`, `ovnmeta-${privateId}@compute2`, `ovnmeta-${other}@compute2`],
  )
  t.deepEqual(
    servicesOf(steps).filter(name => /agent|nova/.test(name)),
    ['nova-api-metadata@controller', 'neutron-ovn-agent@compute1', 'neutron-ovn-agent@compute2'],
  )
})

test('before 2025.2 the agent has a name of its own', t => {
  const old = buildPlan(ovnCloud(', release: zed'), machineFacts).steps
  t.true(servicesOf(old).includes('neutron-ovn-metadata-agent@compute1'))
})

/** Devices that a bridge keeps apart, by the namespace of the bridge. */
function isolatedIn(namespace: string): string[] {
  const lines = steps
    .filter((step): step is IpStep => step.kind === 'ip' && step.namespace === namespace)
    .flatMap(step => step.lines)
  return lines.flatMap(
    line => /^link set (\S+) type bridge_slave isolated on$/.exec(line)?.[1] ?? [],
  )
}

test('what serves one host and the ways to others are kept apart on its bridges, guests are not', t => {
  const [first, second] = cloud.networks.map(network => network['provider:segmentation_id'])
  const stem = (device: string) => device.replace(/^(tap).*$/, '$1')
  t.deepEqual(isolatedIn('lab-test-compute1').map(stem), [`vxlan-${first}`, 'tap', 'tap'])
  t.deepEqual(isolatedIn('lab-test-compute2').map(stem), [
    `vxlan-${first}`,
    `vxlan-${second}`,
    ...['tap', 'tap', 'tap', 'tap'],
  ])
  const guests = cloud.ports.filter(({ device_owner }) => device_owner === 'compute:nova')
  const taps = guests.map(({ id }) => `tap${id.slice(0, 11)}`)
  t.deepEqual(
    isolatedIn('lab-test-compute1').filter(device => taps.includes(device)),
    [],
  )
})

test("provider networks' cables are kept apart, too, and none is under ML2/OVS", t => {
  const text = (neutron: string) => `
neutron: {${neutron}}
hosts: {one: {roles: [controller, network, compute]}, two: {roles: [compute]}}
networks: {flat: {provider:network_type: flat, subnets: [{cidr: 10.0.0.0/24}]}}
instances: {vm1: {host: one, networks: [flat]}, vm2: {host: two, networks: [flat]}}
`
  const isolations = (neutron: string) =>
    buildPlan(readCloud(text(neutron)), machineFacts).steps.flatMap(step =>
      step.kind === 'ip' ? step.lines.filter(line => line.endsWith('isolated on')) : [],
    )
  t.is(isolations('mechanism_driver: ovn').filter(line => line.includes(' eth-')).length, 2)
  t.deepEqual(isolations('mechanism_driver: openvswitch'), [])
})

test('each guest waits for the DHCP of its own host', t => {
  const lease = steps.find(({ id }) => id === 'service:udhcpc-vm1-eth0')
  t.true(lease?.needs.includes(`service:dnsmasq-${privateId}@compute1`))
  t.is(lease?.kind === 'service' ? lease.leases?.length : null, 1)
})

test('what answers DHCP bears the gateway’s address and never says so by ARP', t => {
  const [namespace] = namespacesOf(steps).filter(name => name.includes('-ovndhcp_'))
  const sysctls = steps.find(({ id }) => id === `sysctl:${namespace}`)
  t.like(sysctls, {
    settings: { 'net.ipv4.conf.all.arp_ignore': '8', 'net.ipv4.conf.all.arp_announce': '2' },
  })
  const lines = steps.flatMap(step =>
    step.kind === 'ip' && step.namespace === namespace ? step.lines : [],
  )
  t.true(lines.includes('address add 192.168.30.1/24 brd + scope host dev eth0'))
})

test('each host turns the renewals of its own machines to what answers them here', t => {
  const rulesOf = (host: string) =>
    steps.find(step => step.kind === 'rules' && step.namespace === `lab-test-${host}`)
  const { mac_address: mac, id } = portOf(cloud, 'vm1')
  const [server] = steps.flatMap(({ id: stepId, ...step }) =>
    stepId.startsWith('addresses:') && step.kind === 'ip' && step.namespace.includes('ovndhcp_')
      ? (step.expects.links ?? [])
      : [],
  )
  t.like(rulesOf('compute1'), {
    family: 'bridge',
    rules: [
      '*nat',
      ':PREROUTING ACCEPT',
      ':OUTPUT ACCEPT',
      ':POSTROUTING ACCEPT',
      `-A PREROUTING -p IPv4 -s ${mac} -i tap${id.slice(0, 11)} --ip-src 192.168.30.11 --ip-dst 192.168.30.1 ` +
        `--ip-proto udp --ip-sport 68 --ip-dport 67 -j dnat --to-dst ${server?.macAddress} --dnat-target ACCEPT`,
      'COMMIT',
      '',
    ].join('\n'),
  })
  const two = rulesOf('compute2')
  t.is(two?.kind === 'rules' ? two.rules.match(/^-A /gm)?.length : null, 2)
  t.is(rulesOf('controller'), undefined)
})

test('of what its agent has not heard there is no ovnmeta, and of what it has heard as long as the network is there', t => {
  const before = ovnCloud()
  const without = (name: string) => ({
    ...before,
    ports: before.ports.filter(({ id }) => id !== portOf(before, name).id),
    guests: before.guests.filter(guest => guest.name !== name),
  })
  const agent = 'neutron-ovn-agent@compute2'
  const ovnmetaOf = (now: Cloud, known: Cloud) =>
    namespacesOf(
      buildPlan(now, machineFacts, { stopped: [agent], known: { [agent]: known } }).steps,
    ).filter(name => /^ovnmeta-.*@compute2$/.test(name))
  const [first, second] = before.networks.map(({ id }) => `ovnmeta-${id}@compute2`)
  t.deepEqual(ovnmetaOf(before, before), [first, second])
  t.deepEqual(ovnmetaOf(before, without('vm3')), [first])
  t.deepEqual(ovnmetaOf(without('vm3'), before), [first])
})

test('no host has directories of agents that ML2/OVN does not have', t => {
  const pathsOf = (driver: string) =>
    buildPlan(
      readCloud(`neutron: {mechanism_driver: ${driver}}\nnetworks: {a: {}}\n`),
      machineFacts,
    )
      .steps.filter(({ kind }) => kind === 'directory')
      .map(({ id }) => id.slice(id.lastIndexOf('/')))
  const gone = new Set(pathsOf('openvswitch')).difference(new Set(pathsOf('ovn')))
  t.deepEqual([...gone], ['/dhcp', '/ns-metadata-proxy'])
})

test('a router that goes while its host is cut off takes its radvd with it', t => {
  const routed = (routers: string) =>
    cloudOf(`
hosts: {c: controller, n: network, k: compute}
neutron: {mechanism_driver: ovn}
networks: {a: {subnets: [{cidr: 'fd00::/64', ipv6_address_mode: slaac, ipv6_ra_mode: slaac}]}}
routers: {${routers}}
`)
  const radvdsOf = (one: Cloud, states: AgentStates) =>
    servicesOf(buildPlan(one, machineFacts, states).steps).filter(name => name.startsWith('radvd'))
  const states = { isolated: ['n'] }
  const before = { cloud: routed('r: {interfaces: [a]}'), states }
  const after = routed('')
  t.is(radvdsOf(before.cloud, states).length, 1)
  t.deepEqual(radvdsOf(after, tellAgents(after, before, states)), [])
})

test('an agent finds no port of which it has not heard', t => {
  const after = ovnCloud()
  const { id } = portOf(after, 'vm3')
  const known = { ...after, ports: after.ports.filter(port => port.id !== id) }
  const isolated = { isolated: ['compute2'], known: { 'neutron-ovn-agent@compute2': known } }
  const knows = (host: string, states: AgentStates) =>
    buildPlan(after, machineFacts, states).steps.some(
      step =>
        step.kind === 'file' &&
        step.path.endsWith(`/${host}/etc/neutron-ovn-agent.json`) &&
        step.content.includes(id),
    )
  t.true(knows('compute2', {}))
  t.true(knows('compute1', isolated))
  t.false(knows('compute2', isolated))
})
