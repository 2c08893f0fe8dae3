import test from 'ava'
import type { Step } from '../../src/plan/step.ts'
import { planOf, shippedTopology } from '../fixtures/planned.ts'

/** A router without interfaces has a proxy all the same, and no port that it could wait for. */
const bare = (release: string) => `
neutron: {release: ${release}}
networks:
  private: {subnets: [{cidr: 192.168.30.0/24}]}
routers:
  spare: {}
`
const topologies = {
  'dhcp-mode': shippedTopology('dhcp-mode'),
  'router-mode': shippedTopology('router-mode'),
  hosts: shippedTopology('hosts'),
  'ovn-mode': shippedTopology('ovn-mode'),
  'a router without interfaces': bare('2026.1'),
  'the same with neutron-ns-metadata-proxy': bare('liberty'),
}

for (const [title, text] of Object.entries(topologies))
  test(`what is in a namespace comes after it: ${title}`, t => {
    const { steps } = planOf(text)
    const byId = new Map(steps.map(step => [step.id, step]))
    const made = new Map(
      steps.flatMap(step => (step.kind === 'netns' ? [[step.namespace, step.id] as const] : [])),
    )
    const early = steps.filter(step => {
      const namespace = 'namespace' in step ? step.namespace : null
      const own = made.get(namespace ?? '')
      return own !== undefined && !comesAfter(step, own, byId)
    })
    t.deepEqual(
      early.map(({ id }) => id),
      [],
    )
  })

function comesAfter(step: Step, id: string, byId: ReadonlyMap<string, Step>): boolean {
  const seen = new Set([step.id])
  for (const one of seen) for (const need of byId.get(one)?.needs ?? []) seen.add(need)
  return seen.has(id)
}
