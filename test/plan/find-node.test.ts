import test from 'ava'
import { dhcpNamespace, routerNamespace } from '../../src/neutron/names.ts'
import { findNode, nodeNames } from '../../src/plan/find-node.ts'
import { labOf, shippedTopology } from '../fixtures/planned.ts'

const lab = labOf(shippedTopology('router-mode'))
const { cloud } = lab
const [privateNetwork, publicNetwork] = cloud.networks
const qdhcp = dhcpNamespace(privateNetwork?.id ?? '')
const qrouter = routerNamespace(cloud.routers[0]?.id ?? '')
const outside = `lab-fixture-outside_${publicNetwork?.id.slice(0, 8)}`

const finds = test.macro({
  exec(t, node: string, namespace: string | null) {
    t.is(findNode(lab, node)?.namespace ?? null, namespace)
  },
  title: (_, node, namespace) => `${node} is ${namespace}`,
})

test(finds, 'vm1', 'lab-fixture-vm1')
test(finds, 'lab-fixture-vm1', 'lab-fixture-vm1')
test(finds, 'private', qdhcp)
test(finds, qdhcp, qdhcp)
test(finds, 'private@controller', qdhcp)
test(finds, 'private@network1', null)
test(finds, 'edge', qrouter)
test(finds, qrouter, qrouter)
test(finds, 'public', outside)
test(finds, 'controller', 'lab-fixture-controller')
test(finds, outside, outside)
test(finds, 'vm3', null)
test(finds, '', null)

test('a guest that nova does not have is a node', t => {
  const guests = labOf(
    'networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}\nguests: {ghost: {networks: [a]}}',
  )
  t.is(findNode(guests, 'ghost')?.namespace, 'lab-fixture-ghost')
  t.deepEqual(nodeNames(guests), ['ghost', 'a', 'controller'])
})

test('all nodes have their names, instances first', t => {
  t.deepEqual(nodeNames(lab), ['vm1', 'vm2', 'private', 'public', 'edge', 'controller'])
})

test('a network without DHCP or provider is no node', t => {
  const none = labOf('networks: {bare: {subnets: [{cidr: 10.0.0.0/24, enable_dhcp: false}]}}')
  t.is(findNode(none, 'bare'), null)
  t.deepEqual(nodeNames(none), ['controller'])
})

const several = (more: string) =>
  labOf(
    `hosts: {ctl: controller, n1: network, n2: network, c1: compute, c2: compute}\n${more}\n` +
      'instances: {vm1: {networks: [a], host: c2}, vm2: {networks: [a], host: c1}}\n',
  )
const a = 'networks: {a: {subnets: [{cidr: 10.0.0.0/24}], dhcp_agents: [n2, n1]}}'
const two = several(`${a}\nrouters: {r: {interfaces: [a]}}\nneutron: {dhcp_agents_per_network: 2}`)
const ovn = several(`${a.replace(', dhcp_agents: [n2, n1]', '')}\nneutron: {mechanism_driver: ovn}`)

test('a network with several agents is the first one’s, or that of the host named with it', t => {
  const id = two.cloud.networks[0]?.id ?? ''
  const at = (word: string) => findNode(two, word)?.namespace
  for (const word of ['a', 'a@n2', `qdhcp-${id}`, `qdhcp-${id}@n2`])
    t.is(at(word), `qdhcp-${id}@n2`, word)
  for (const word of ['a@n1', `qdhcp-${id}@n1`]) t.is(at(word), `qdhcp-${id}@n1`, word)
  t.is(at('a@c1'), undefined)
  const router = `qrouter-${two.cloud.routers[0]?.id}`
  for (const word of ['r', 'r@n1', router, `${router}@n1`]) t.is(at(word), router, word)
  t.is(at('lab-fixture-wires_'), 'lab-fixture-wires_')
  const hosts = ['ctl', 'n1', 'n2', 'c1', 'c2']
  t.deepEqual(nodeNames(two), ['vm1', 'vm2', 'a', 'a@n2', 'a@n1', 'r', ...hosts])
})

test('a network of OVN is its metadata namespace on a compute host', t => {
  const id = ovn.cloud.networks[0]?.id ?? ''
  const at = (word: string) => findNode(ovn, word)?.namespace
  t.is(at('a'), `ovnmeta-${id}@c1`)
  t.is(at(`ovnmeta-${id}@c2`), `ovnmeta-${id}@c2`)
  t.is(at('a@c2'), `ovnmeta-${id}@c2`)
})

test('a host is known as one, and other nodes are none', t => {
  t.is(findNode(two, 'n1')?.host?.name, 'n1')
  t.is(findNode(two, 'lab-fixture-n1')?.host?.name, 'n1')
  t.is(findNode(two, 'vm1')?.host, null)
})
