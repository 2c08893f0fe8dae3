import { globSync } from 'node:fs'
import process from 'node:process'
import { execa } from 'execa'
import { abortOnInterrupt } from './abort-on-interrupt.ts'
import { filesWithEngines } from './files-with-engines.ts'
import { listTraces } from './list-traces.ts'
import { machinesEngines } from './machines-engines.ts'
import { runChecks } from './run-checks.ts'
import { runInLane } from './run-in-lane.ts'
import { ONE_BY_ONE, runTests } from './run-tests.ts'
import { add, nothing, showTotal, type Total } from './total.ts'

const isRoot = process.getuid?.() === 0
const cancelSignal = abortOnInterrupt()
const tracesBefore = listTraces()
const withEngines = filesWithEngines()

if (isRoot) await execa('sh', ['lab', 'doctor', '--install'], { stdio: 'inherit', reject: false })
const checked = [await runChecks(cancelSignal), await runUnitTests()]
const tested = isRoot ? await runLanes() : [tellOfHostTests()]
showTotal([...checked, ...tested, checkTraces()].reduce(add))

/** Tests of pure functions and single programs; they run side by side. */
function runUnitTests(): Promise<Total> {
  const isLeftOut = (file: string) => isRoot && withEngines.unit.includes(file)
  const all = globSync('test/**/*.test.ts', { exclude: ['test/host/**'] }).sort()
  return runTests({ files: all.filter(file => !isLeftOut(file)), cancelSignal })
}

/**
 * Tests that bring up labs: those with processes on the machine itself, those with containers beside them in a world of
 * their own, with engines of their own. An engine of the machine's does not see into that world, so where one answers
 * its tests come after the others.
 */
async function runLanes(): Promise<readonly Total[]> {
  const lane = [process.execPath, 'scripts/test-containers.ts'] as const
  if ((await machinesEngines()).length > 0)
    return [await runHostTests(), await runInLane(lane, cancelSignal)]
  const apart = ['scripts/in-a-world-of-its-own.sh', ...lane] as const
  return await Promise.all([runHostTests(), runInLane(apart, cancelSignal)])
}

/** One file after the other, because they also measure what is left on the machine. */
function runHostTests(): Promise<Total> {
  const all = globSync('test/host/**/*.test.ts').sort()
  const files = all.filter(file => !withEngines.host.includes(file))
  return runTests({ files, options: ONE_BY_ONE, cancelSignal })
}

function tellOfHostTests(): Total {
  const { length } = globSync('test/host/**/*.test.ts')
  console.log(
    `Not root: ${length} files of tests on real namespaces are left out; sudo make test runs them.`,
  )
  return nothing
}

/** Only where nobody else brings up labs meanwhile can it be told what the tests have left behind. */
function checkTraces(): Total {
  if (process.env.CI === undefined) return nothing
  const left = listTraces().filter(trace => !tracesBefore.includes(trace))
  console.log(
    left.length === 0 ? '✔ nothing is left behind' : `✘ left behind:\n  ${left.join('\n  ')}`,
  )
  return { ...nothing, [left.length === 0 ? 'passed' : 'failed']: 1 }
}
