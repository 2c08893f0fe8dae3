import test from 'ava'
import fc from 'fast-check'
import { orderIntoGroups } from '../../src/plan/order-into-groups.ts'
import type { IpStep, Step } from '../../src/plan/step.ts'
import { planOf, shippedTopology } from '../fixtures/planned.ts'

function ipStep(id: string, needs: readonly string[], namespace = 'a'): IpStep {
  return {
    kind: 'ip',
    id,
    host: 'controller',
    phase: 'wiring',
    needs,
    why: id,
    source: [],
    namespace,
    lines: [`link add ${id}`],
    removeLines: [],
    expects: {},
  }
}

/** Steps of which each needs some of those before it, in any order. */
const steps = fc
  .array(fc.record({ namespace: fc.constantFrom('a', 'b', 'c'), needs: fc.array(fc.nat(30)) }), {
    maxLength: 30,
  })
  .chain(wishes => {
    const made = wishes.map(({ namespace, needs }, at) =>
      ipStep(
        `${at}`,
        needs.filter(need => need < at).map(need => `${need}`),
        namespace,
      ),
    )
    return fc.shuffledSubarray(made, { minLength: made.length, maxLength: made.length })
  })

test('every step is in one group, and after all that it needs', t => {
  fc.assert(
    fc.property(steps, given => {
      const groups = orderIntoGroups(given)
      const done = new Set<string>()
      for (const group of groups) {
        for (const step of group) {
          t.true(step.needs.every(need => done.has(need)))
          done.add(step.id)
        }
      }
      t.deepEqual(
        groups
          .flat()
          .map(({ id }) => id)
          .sort(),
        given.map(({ id }) => id).sort(),
      )
    }),
  )
})

test('a group is one namespace’s', t => {
  fc.assert(
    fc.property(steps, given => {
      for (const group of orderIntoGroups(given))
        t.is(new Set(group.map(step => ('namespace' in step ? step.namespace : ''))).size, 1)
    }),
  )
})

test('a need that no step satisfies is named', t => {
  t.throws(() => orderIntoGroups([ipStep('one', ['nothing'])]), {
    message: 'The plan cannot be ordered: one needs nothing',
  })
})

test('a circle is named', t => {
  t.throws(() => orderIntoGroups([ipStep('one', ['two']), ipStep('two', ['one'])]), {
    message: 'The plan cannot be ordered: one needs two; two needs one',
  })
})

for (const name of ['dhcp-mode', 'router-mode'] as const) {
  const plan = planOf(shippedTopology(name))

  test(`${name}: the plan can be ordered, and no step is lost`, t => {
    const ordered = orderIntoGroups(plan.steps).flat()
    t.is(ordered.length, plan.steps.length)
    t.is(new Set(ordered.map(({ id }) => id)).size, plan.steps.length)
  })

  test(`${name}: JSON can carry the plan`, t => {
    t.deepEqual(JSON.parse(JSON.stringify(plan)), plan)
  })
}

const kinds = test.macro({
  exec(t, kind: Step['kind'], groups: number) {
    const { steps: all } = planOf(shippedTopology('router-mode'))
    t.is(
      orderIntoGroups(all).filter(group => group.some(step => step.kind === kind)).length,
      groups,
    )
  },
  title: (_, kind) => `router-mode: processes for ${kind} steps`,
})

// six namespaces: host, qdhcp, qrouter, outside and two guests; what is in one goes by one process
test(kinds, 'netns', 1)
test(kinds, 'ip', 6)
test(kinds, 'rules', 4)
// with the namespaces, and once more for the gateway's device, which has to be there first
test(kinds, 'sysctl', 2)
