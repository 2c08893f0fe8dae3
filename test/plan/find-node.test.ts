import test from 'ava'
import { dhcpNamespace, routerNamespace } from '../../src/neutron/names.ts'
import { findNode, nodeNames } from '../../src/plan/find-node.ts'
import { cloudOf, shippedTopology } from '../fixtures/planned.ts'

const cloud = cloudOf(shippedTopology('router-mode'))
const [privateNetwork, publicNetwork] = cloud.networks
const qdhcp = dhcpNamespace(privateNetwork?.id ?? '')
const qrouter = routerNamespace(cloud.routers[0]?.id ?? '')
const outside = `lab-fixture-outside_${publicNetwork?.id.slice(0, 8)}`

const finds = test.macro({
  exec(t, node: string, namespace: string | null) {
    t.is(findNode(cloud, node), namespace)
  },
  title: (_, node, namespace) => `${node} is ${namespace}`,
})

test(finds, 'vm1', 'lab-fixture-vm1')
test(finds, 'lab-fixture-vm1', 'lab-fixture-vm1')
test(finds, 'private', qdhcp)
test(finds, qdhcp, qdhcp)
test(finds, 'edge', qrouter)
test(finds, qrouter, qrouter)
test(finds, 'public', outside)
test(finds, 'controller', 'lab-fixture-controller')
test(finds, 'vm3', null)
test(finds, '', null)

test('a guest that nova does not have is a node', t => {
  const guests = cloudOf(
    'networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}\nguests: {ghost: {networks: [a]}}',
  )
  t.is(findNode(guests, 'ghost'), 'lab-fixture-ghost')
  t.deepEqual(nodeNames(guests), ['ghost', 'a', 'controller'])
})

test('all nodes have their names, instances first', t => {
  t.deepEqual(nodeNames(cloud), ['vm1', 'vm2', 'private', 'public', 'edge', 'controller'])
})

test('a network without DHCP or provider is no node', t => {
  const none = cloudOf('networks: {bare: {subnets: [{cidr: 10.0.0.0/24, enable_dhcp: false}]}}')
  t.is(findNode(none, 'bare'), null)
  t.deepEqual(nodeNames(none), ['controller'])
})
