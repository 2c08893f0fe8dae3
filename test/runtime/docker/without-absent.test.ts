import test from 'ava'
import { isContained } from '../../../src/plan/step.ts'
import { withoutAbsent } from '../../../src/runtime/docker/without-absent.ts'
import { containerFacts } from '../../fixtures/container-facts.ts'
import { planOf, shippedTopology } from '../../fixtures/planned.ts'

test('of what need not be there only what is there is mounted', t => {
  const { steps } = planOf(shippedTopology('dhcp-mode'), containerFacts('docker'))
  const [first] = steps.filter(isContained)
  const [needed, there, absent] = [
    { path: '/nowhere/needed', readOnly: true },
    { path: '/proc', readOnly: true, optional: true },
    { path: '/nowhere/optional', readOnly: true, optional: true },
  ] as const
  const mounts = [needed, there, absent]
  const given = first && withoutAbsent({ ...first.container, mounts })
  t.deepEqual(given?.mounts, [needed, there])
})
