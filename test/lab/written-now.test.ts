import test from 'ava'
import { writtenNow } from '../../src/lab/written-now.ts'
import { isService, type Plan } from '../../src/plan/step.ts'
import { machineFacts } from '../fixtures/cloud.ts'
import { cloudOf, planOf } from '../fixtures/planned.ts'

const topologyOf = (release: string, port: number) => `neutron:
  release: ${release}
  l3_agent: {metadata_port: ${port}}
networks:
  private: {subnets: [{cidr: 10.1.0.0/24}]}
  alone: {subnets: [{cidr: 10.2.0.0/24}]}
routers: {edge: {interfaces: [private]}}
`

/** Of a lab of one port whose proxies stand as one of another has them. */
function writtenFor(release: string, port: number, recorded: number) {
  const cloud = cloudOf(topologyOf(release, port))
  const plan = planOf(topologyOf(release, recorded))
  const services = plan.steps.filter(isService)
  return writtenNow({ cloud, states: {}, plan }, machineFacts, services)
}

test('a proxy that stays while it runs would be written with the port of now, and no other', t => {
  const router = cloudOf(topologyOf('ussuri', 9697)).routers[0]?.id
  const steps = [...writtenFor('ussuri', 9797, 9697).values()]
  t.deepEqual(
    steps.map(({ kind }) => kind),
    ['file', 'service'],
  )
  const [file, service] = steps
  t.regex(file?.kind === 'file' ? file.content : '', /^ {4}bind 0\.0\.0\.0:9797$/m)
  t.is(service?.kind === 'service' ? service.name : '', `haproxy-${router}`)
  t.regex(JSON.stringify(service?.kind === 'service' ? service.listens : []), /"port":9797\b/)
})

test('what would be written as it is, or starts anew by itself, is not among it', t => {
  t.is(writtenFor('ussuri', 9697, 9697).size, 0)
  t.is(writtenFor('2026.1', 9797, 9697).size, 0)
})

test('what is recorded says the same as what is planned', t => {
  const text = topologyOf('ussuri', 9697)
  const plan: Plan = JSON.parse(JSON.stringify(planOf(text)))
  const record = { cloud: cloudOf(text), states: {}, plan }
  t.is(writtenNow(record, machineFacts, plan.steps.filter(isService)).size, 0)
})
