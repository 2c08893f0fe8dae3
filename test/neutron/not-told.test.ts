import test from 'ava'
import type { AgentStates } from '../../src/cloud/agent-states.ts'
import { tellAgents } from '../../src/neutron/agent-knowledge.ts'
import { agentsNotTold } from '../../src/neutron/not-told.ts'
import { cloudOf } from '../fixtures/planned.ts'

const guest = 'vm1: {networks: [private]}'

const topologyOf = (interfaces: string, instances: string, release = '2026.1') => `
hosts: {c: controller, n1: network, n2: network, k: compute}
neutron: {release: ${release}}
networks: {private: {dhcp_agents: [n1], subnets: [{cidr: 10.0.0.0/24}]}}
routers: {edge: {host: n2, interfaces: [${interfaces}]}}
instances: {${instances}}
`

/** A router comes to the network. */
function notTold(states: AgentStates, release?: string) {
  const before = { cloud: cloudOf(topologyOf('', guest, release)), states }
  const cloud = cloudOf(topologyOf('private', guest, release))
  return agentsNotTold(before, { cloud, states: tellAgents(cloud, before, states) })
}

test('agents that can hear are told of a router', t => {
  t.deepEqual(notTold({}), [])
})

test('one that is stopped is not, nor is one of a host that is cut off, and both are named', t => {
  t.deepEqual(notTold({ stopped: ['neutron-dhcp-agent@n1'], isolated: ['n2'] }), [
    { agent: 'neutron-dhcp-agent@n1', why: 'it is stopped' },
    { agent: 'neutron-l3-agent@n2', why: 'n2 is cut off' },
  ])
})

test('agents that have nothing to do with it are not named', t => {
  t.deepEqual(notTold({ stopped: ['neutron-dhcp-agent@n2', 'neutron-l3-agent@n1'] }), [])
})

test('nobody is told while neutron-server is cut off', t => {
  const why = 'neutron-server is cut off'
  t.deepEqual(notTold({ isolated: ['c'] }), [
    { agent: 'neutron-dhcp-agent@n1', why },
    { agent: 'neutron-l3-agent@n2', why },
  ])
})

test('up to Liberty a DHCP agent is not told of a router, and the L3 agent is', t => {
  t.deepEqual(notTold({}, 'mitaka'), [])
  t.deepEqual(
    notTold({}, 'liberty').map(({ agent }) => agent),
    ['neutron-dhcp-agent@n1'],
  )
})

test('an instance is news to DHCP agents alone', t => {
  const states = { stopped: ['neutron-dhcp-agent@n1', 'neutron-l3-agent@n2'] }
  const before = { cloud: cloudOf(topologyOf('private', guest)), states }
  const cloud = cloudOf(topologyOf('private', `${guest}, vm2: {networks: [private]}`))
  t.deepEqual(agentsNotTold(before, { cloud, states: tellAgents(cloud, before, states) }), [
    { agent: 'neutron-dhcp-agent@n1', why: 'it is stopped' },
  ])
})

test('who has heard of an instance is not named for the router that it still does not know', t => {
  const empty = { cloud: cloudOf(topologyOf('', guest, 'liberty')), states: {} }
  const routed = cloudOf(topologyOf('private', guest, 'liberty'))
  const before = { cloud: routed, states: tellAgents(routed, empty, {}) }
  const cloud = cloudOf(topologyOf('private', `${guest}, vm2: {networks: [private]}`, 'liberty'))
  t.deepEqual(agentsNotTold(before, { cloud, states: tellAgents(cloud, before, {}) }), [])
})

const ovnTopologyOf = (interfaces: string, instances: string) => `
hosts: {c: controller, n1: network, k1: compute, k2: compute}
neutron: {mechanism_driver: ovn}
networks: {private: {subnets: [{cidr: 10.0.0.0/24}]}}
routers: {edge: {interfaces: [${interfaces}]}}
instances: {${instances}}
`

/** A router and an instance come to the network. */
function notToldByOvn(states: AgentStates) {
  const before = {
    cloud: cloudOf(ovnTopologyOf('', 'vm1: {networks: [private], host: k1}')),
    states,
  }
  const instances = 'vm1: {networks: [private], host: k1}, vm2: {networks: [private], host: k2}'
  const cloud = cloudOf(ovnTopologyOf('private', instances))
  return agentsNotTold(before, { cloud, states: tellAgents(cloud, before, states) })
}

test("under ML2/OVN the agent of a machine's host is named, and none that ML2/OVN does not have", t => {
  const agent = 'neutron-ovn-agent@k2'
  t.deepEqual(notToldByOvn({}), [])
  t.deepEqual(notToldByOvn({ isolated: ['n1', 'k1'] }), [])
  t.deepEqual(notToldByOvn({ stopped: [agent] }), [{ agent, why: 'it is stopped' }])
  t.deepEqual(notToldByOvn({ isolated: ['k2'] }), [{ agent, why: 'k2 is cut off' }])
  t.deepEqual(notToldByOvn({ isolated: ['c'] }), [
    { agent, why: "OVN's southbound database is cut off" },
  ])
})
