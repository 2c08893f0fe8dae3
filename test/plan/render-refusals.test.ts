import { spawnSync } from 'node:child_process'
import test from 'ava'
import { renderRefusals } from '../../src/plan/render-refusals.ts'
import { isContained } from '../../src/plan/step.ts'
import { containerFacts } from '../fixtures/container-facts.ts'
import { planOf, shippedTopology } from '../fixtures/planned.ts'

const plan = planOf(shippedTopology('dhcp-mode'), containerFacts('docker'))
const name = plan.steps.find(isContained)?.container.name ?? ''

const refuses = test.macro({
  title: (_, fact: string) => fact,
  exec(t, _: string, docker: string, expected: string) {
    const head = `refuse() { echo "$1"; exit 1; }\ndocker() { ${docker}; }\n`
    const input = `${head}${renderRefusals(plan)}echo goes on\n`
    t.is(spawnSync('bash', ['-eu'], { input, encoding: 'utf8' }).stdout, `${expected}\n`)
  },
})

test(
  refuses,
  'a container that has a name of the plan is refused',
  `echo other; echo ${name}`,
  `container ${name} exists and is not this lab's`,
)
test(refuses, 'names that hold it are others', `echo other-${name}; echo ${name}-2`, 'goes on')
test(refuses, 'where there is no container all names are free', ':', 'goes on')
test(
  refuses,
  'an engine that does not answer is told at once',
  'false',
  'docker does not answer; is it started?',
)
