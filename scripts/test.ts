import { globSync } from 'node:fs'
import process from 'node:process'
import { execa } from 'execa'
import { abortOnInterrupt } from './abort-on-interrupt.ts'
import { PARTS } from './container-parts.ts'
import { filesWithEngines } from './files-with-engines.ts'
import { hostFiles } from './host-files.ts'
import { listTraces } from './list-traces.ts'
import { machinesEngines } from './machines-engines.ts'
import { runChecks } from './run-checks.ts'
import { runInLane } from './run-in-lane.ts'
import { ONE_BY_ONE, runTests } from './run-tests.ts'
import { add, nothing, showFailures, showLeft, showTotal, type Total } from './total.ts'

const WORLD = 'scripts/in-a-world-of-its-own.sh'
const isRoot = process.getuid?.() === 0
const cancelSignal = abortOnInterrupt()
const tracesBefore = listTraces()
const withEngines = filesWithEngines()

// Tests make files that services without root read.
process.umask(0o022)
if (isRoot) await execa('sh', ['lab', 'doctor', '--install'], { stdio: 'inherit', reject: false })
const checked = [await runChecks(cancelSignal), await runUnitTests()]
const tested = isRoot ? await runLanes() : [tellOfHostTests()]
const total = [...checked, ...tested, checkTraces()].reduce(add)
showFailures(total)
showTotal(total)

/** Tests of pure functions and single programs; they run side by side. */
function runUnitTests(): Promise<Total> {
  const isLeftOut = (file: string) => isRoot && withEngines.unit.includes(file)
  const all = globSync('test/**/*.test.ts', { exclude: ['test/host/**'] }).sort()
  return runTests({ files: all.filter(file => !isLeftOut(file)), cancelSignal })
}

/**
 * Tests that bring up labs, in several lanes at once, which share the processors until no file is left: some on the
 * machine itself, those with containers in two worlds with engines of their own, and whoever is done takes the next file
 * of the others into a world of its own. An engine of the machine's does not see into such a world, so where one
 * answers its tests come after those on the machine.
 */
async function runLanes(): Promise<readonly Total[]> {
  const { onMachine, inWorlds } = hostFiles()
  const waiting = [...inWorlds]
  const lanes =
    (await machinesEngines()).length > 0
      ? [[() => runHostTests(onMachine), () => runContainers()], []]
      : [[() => runHostTests(onMachine)], ...PARTS.map(part => [() => runContainers(part)]), []]
  return (await Promise.all(lanes.map(runLane))).flat()

  async function runLane(own: readonly (() => Promise<Total>)[]): Promise<readonly Total[]> {
    const totals: Total[] = []
    for (const run of own) totals.push(await run())
    while (!cancelSignal.aborted) {
      const file = waiting.shift()
      if (file === undefined) break
      totals.push(await runInWorld(file))
    }
    return totals
  }
}

/** One file after the other, because they also measure what is left on the machine. */
function runHostTests(files: readonly string[]): Promise<Total> {
  return runTests({ files, options: ONE_BY_ONE, cancelSignal })
}

/** On the machine itself, unless it is one part of them. */
function runContainers(part?: (typeof PARTS)[number]): Promise<Total> {
  const script = [process.execPath, 'scripts/test-containers.ts'] as const
  if (part === undefined) return runInLane(script, cancelSignal)
  return runInLane([WORLD, ...script, part], cancelSignal)
}

function runInWorld(file: string): Promise<Total> {
  const script = [process.execPath, 'scripts/test-host-file.ts', file] as const
  // All of its processes end with it.
  const alone = { env: { LAB_WORLD: 'alone' }, killSignal: 'SIGKILL' } as const
  return runInLane([WORLD, ...script], cancelSignal, alone)
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
  return showLeft('nothing', left)
}
