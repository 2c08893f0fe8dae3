import test from 'ava'
import { deriveCloud } from '../../src/cloud/derive-cloud.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { commandOf } from '../../src/plan/command.ts'
import type { Plan, ServiceStep } from '../../src/plan/step.ts'
import { readTopology } from '../../src/topology/read-topology.ts'
import { machineFacts } from '../fixtures/cloud.ts'

function planFor(agent: string, nova = '{}'): Plan {
  const text = `
networks: {net: {subnets: [{cidr: 10.0.0.0/24}]}}
neutron: {dhcp_agent: {enable_isolated_metadata: true}, metadata_agent: ${agent}}
nova: ${nova}
`
  const reading = readTopology({ path: 'lab.yaml', text })
  if (!reading.ok) throw new Error(reading.mistakes.map(({ message }) => message).join('; '))
  return buildPlan(deriveCloud(reading.topology, { lab: 'x', secret: 's' }), machineFacts)
}

function servicesOf({ steps }: Plan): Map<string, ServiceStep> {
  const services = steps.filter((step): step is ServiceStep => step.kind === 'service')
  return new Map(services.map(step => [step.name, step]))
}

const runs = test.macro({
  title: (_, name: string) => name,
  exec(t, _: string, agent: string, expected: Readonly<Record<string, string | null>>) {
    const services = servicesOf(planFor(agent))
    const ours = ['nova-api-metadata', 'neutron-metadata-agent', 'supervisor']
    const places = ours.flatMap(name => {
      const step = services.get(name)
      return step === undefined ? [] : [[name, step.namespace] as const]
    })
    t.deepEqual(Object.fromEntries(places), expected)
  },
})

const inside = 'lab-x-controller'
test(runs, 'the lab has an agent and a nova of its own', '{}', {
  'nova-api-metadata': inside,
  'neutron-metadata-agent': inside,
  supervisor: null,
})
test(runs, 'the address of its own nova is no other nova', '{nova_metadata_host: 172.29.236.11}', {
  'nova-api-metadata': inside,
  'neutron-metadata-agent': inside,
  supervisor: null,
})
test(
  runs,
  'for another nova the agent runs in the machine’s network, as what puts it back always does',
  '{nova_metadata_host: "[2001:db8::1]", metadata_proxy_shared_secret: s}',
  { 'neutron-metadata-agent': null, supervisor: null },
)
test(runs, 'beside another agent neither runs', '{metadata_proxy_socket: /run/other}', {
  supervisor: null,
})

test('what runs in the machine’s network is told from others by its environment', t => {
  const plan = planFor('{nova_metadata_host: nova.example, metadata_proxy_shared_secret: s}')
  for (const step of servicesOf(plan).values()) {
    const { LAB, LAB_SERVICE } = step.environment
    t.deepEqual(
      [LAB, LAB_SERVICE],
      step.namespace === null ? [plan.lab, step.name] : [undefined, undefined],
    )
    const { argv } = commandOf([step])
    t.is(argv[0], step.namespace === null ? 'env' : 'ip')
  }
})

test('the proxies are given the other agent’s socket', t => {
  const { steps } = planFor('{metadata_proxy_socket: /run/other}')
  const [config] = steps.filter(step => step.kind === 'file' && step.path.endsWith('.conf'))
  t.true(config?.kind === 'file' && config.content.includes('    server metadata /run/other\n'))
})

const certifies = test.macro({
  title: (_, name: string) => name,
  exec(t, _: string, agent: string, nova: string, makes: boolean, ca: string | null) {
    const plan = planFor(agent, nova)
    t.is(
      plan.steps.some(({ kind }) => kind === 'certificates'),
      makes,
    )
    const file = plan.steps.find(({ id }) => id.endsWith('/etc/neutron-metadata-agent.json'))
    t.is(file?.kind === 'file' ? JSON.parse(file.content).auth_ca_cert : undefined, ca)
  },
})

const https = '{nova_metadata_protocol: https}'
const own = '/var/lib/lab/x/ssl/ca.crt'
test(certifies, 'over http no certificate is made', '{}', '{}', false, null)
test(
  certifies,
  'over https the lab has an authority, which its agent trusts',
  https,
  '{}',
  true,
  own,
)
test(
  certifies,
  'an agent may trust another authority',
  '{nova_metadata_protocol: https, auth_ca_cert: /a}',
  '{}',
  true,
  '/a',
)
test(
  certifies,
  'no certificate is made where the topology names one',
  https,
  '{wsgi: {ssl_cert_file: /c, ssl_key_file: /k}}',
  false,
  null,
)
test(
  certifies,
  'no certificate is made for another nova',
  '{nova_metadata_protocol: https, nova_metadata_host: 192.0.2.1, metadata_proxy_shared_secret: s}',
  '{}',
  false,
  null,
)
