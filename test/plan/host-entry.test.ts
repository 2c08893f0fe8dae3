import test from 'ava'
import { hostEntry } from '../../src/plan/host-entry.ts'
import { labOf } from '../fixtures/planned.ts'

const { cloud, plan } = labOf(`
hosts: {ctl: controller, n1: network, n2: network, c1: compute}
neutron: {dhcp_agents_per_network: 2}
networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}
routers: {r: {interfaces: [a]}}
instances: {vm1: {networks: [a]}}
`)
const qdhcp = `qdhcp-${cloud.networks[0]?.id}`
const qrouter = `qrouter-${cloud.routers[0]?.id}`

function entryOf(name: string): string[] {
  const host = cloud.hosts.find(one => one.name === name)
  return host === undefined ? [] : hostEntry(plan.steps, host, ['ip', 'netns']).slice(3)
}

const path = '/var/lib/lab/fixture/hosts'

test('a host has the namespaces that its agents have made, under OpenStack’s names', t => {
  const routed = [qrouter, qrouter]
  const first = [qdhcp, `${qdhcp}@n1`, ...routed]
  t.deepEqual(entryOf('n1'), ['n1', `${path}/n1`, ...first, '--', 'ip', 'netns'])
  t.deepEqual(entryOf('n2'), ['n2', `${path}/n2`, qdhcp, `${qdhcp}@n2`, '--', 'ip', 'netns'])
})

test('guests are virtual machines, and the controller has none', t => {
  t.deepEqual(entryOf('c1'), ['c1', `${path}/c1`, '--', 'ip', 'netns'])
  t.deepEqual(entryOf('ctl'), ['ctl', `${path}/ctl`, '--', 'ip', 'netns'])
})
