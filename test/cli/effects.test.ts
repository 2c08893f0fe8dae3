import test from 'ava'
import { describeEffects } from '../../src/cli/effects.ts'
import { deriveCloud } from '../../src/cloud/derive-cloud.ts'
import type { LabRecord } from '../../src/lab/record.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { readTopology } from '../../src/topology/read-topology.ts'
import { machineFacts } from '../fixtures/cloud.ts'

function recordOf(routers: string, instances: string, hosts = '{}'): LabRecord {
  return recordOfTopology(`hosts: ${hosts}
neutron: {dhcp_agents_per_network: 2, dhcp_agent: {enable_isolated_metadata: true}}
networks: {private: {id: 0aa11bb2-2cc3-4dd4-8ee5-5ff667788990, subnets: [{cidr: 192.168.30.0/24}]}}
routers: ${routers}
instances: ${instances}
`)
}

function recordOfTopology(text: string): LabRecord {
  const reading = readTopology({ path: 'test.yaml', text })
  if (!reading.ok) throw new Error('the topology is wrong')
  const cloud = deriveCloud(reading.topology, { lab: 'effects', secret: '' })
  const plan = buildPlan(cloud, machineFacts)
  const kept = { text, edited: false }
  return {
    format: 4,
    lab: 'effects',
    topology: '',
    kept,
    containers: null,
    cloud,
    states: {},
    plan,
  }
}

/** All services run; those that are `anew` have other pids than the number of the run says. */
function running({ plan }: LabRecord, run: number, anew: RegExp) {
  const services = plan.steps.filter(step => step.kind === 'service')
  return new Map(
    services.map(({ name }, at) => [
      name,
      { pid: anew.test(name) ? 1000 * run + at : 1, startTime: 0 },
    ]),
  )
}

test('what a change did to services is told in their own words, with the reason', t => {
  const before = recordOf('{}', '{vm1: {networks: [private]}}')
  const after = recordOf('{edge: {interfaces: [private]}}', '{vm2: {networks: [private]}}')
  const effects = describeEffects({
    before,
    after,
    ran: running(before, 1, /nova/),
    runs: running(after, 2, /nova/),
    reached: new Set(['dnsmasq-0aa11bb2-2cc3-4dd4-8ee5-5ff667788990']),
  })
  const told = effects.flatMap(({ text }) => text ?? [])
  t.deepEqual(
    told.filter(text => !text.startsWith('neutron-')),
    [
      'the proxy in qdhcp-0aa11bb2-2cc3-4dd4-8ee5-5ff667788990 stopped: every DHCP subnet has a router on its gateway_ip',
      'nova-api-metadata started anew',
      'dnsmasq of private read its files again',
      `the proxy in qrouter-${after.cloud.routers[0]?.id} started`,
    ],
  )
  // They come and go with their guests, which are told of by themselves.
  t.deepEqual(
    effects.flatMap(({ service, did, text }) => (service === 'udhcpc' ? [[did, text]] : [])),
    [
      ['stopped', null],
      ['started', null],
    ],
  )
})

test('where several hosts serve a network, each is told with its host', t => {
  const hosts = '{ctl: [controller, network], net: network, com: compute}'
  const record = recordOf('{}', '{}', hosts)
  const [before, after] = [record, { ...record, cloud: { ...record.cloud } }]
  const dnsmasqs = record.plan.steps.flatMap(step =>
    step.kind === 'service' && step.service === 'dnsmasq' ? [step.name] : [],
  )
  const all = { before, after, ran: running(before, 1, /^$/), runs: running(after, 1, /^$/) }
  const told = describeEffects({ ...all, reached: new Set(dnsmasqs) })
  t.deepEqual(
    told.map(({ text }) => text),
    ['dnsmasq of private@ctl read its files again', 'dnsmasq of private@net read its files again'],
  )
})

/** A metadata network, whose proxy goes by the router's id: a process of another name since Kilo. */
function metadataNetworkOf(release: string, routers: string): LabRecord {
  return recordOfTopology(`neutron:
  release: ${release}
  dhcp_agent: {enable_isolated_metadata: true, enable_metadata_network: true, force_metadata: true}
  l3_agent: {enable_metadata_proxy: false}
networks: {metadata: {id: 0aa11bb2-2cc3-4dd4-8ee5-5ff667788990, subnets: [{cidr: 169.254.10.0/24}]}}
routers: ${routers}
`)
}

const asksAnew = test.macro({
  title: (_, release: string) =>
    `a proxy of ${release} that asks as another now is told once, with whom it asks as`,
  exec(t, release: string) {
    const alone = metadataNetworkOf(release, '{edge: {}}')
    const routed = metadataNetworkOf(release, '{edge: {interfaces: [metadata]}}')
    const toldOf = (before: LabRecord, after: LabRecord) =>
      describeEffects({
        before,
        after,
        ran: running(before, 1, /proxy/),
        runs: running(after, 2, /proxy/),
        reached: new Set(),
      }).flatMap(({ text }) => text ?? [])
    const proxy = 'the proxy in qdhcp-0aa11bb2-2cc3-4dd4-8ee5-5ff667788990'
    t.deepEqual(toldOf(alone, routed), [`${proxy} started anew: it asks as router edge now`])
    t.deepEqual(toldOf(routed, alone), [`${proxy} started anew: it asks as network metadata now`])
  },
})

test(asksAnew, '2026.1')
test(asksAnew, 'liberty')
test(asksAnew, 'juno')
