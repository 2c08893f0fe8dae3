import { globSync } from 'node:fs'
import process from 'node:process'
import { execa } from 'execa'
import { listTraces } from './list-traces.ts'
import { runChecks } from './run-checks.ts'
import { runTests } from './run-tests.ts'
import { add, nothing, showTotal, type Total } from './total.ts'

const isRoot = process.getuid?.() === 0
const tracesBefore = listTraces()

if (isRoot) await execa('sh', ['lab', 'doctor', '--install'], { stdio: 'inherit', reject: false })
const runs = [await runChecks(), await runUnitTests(), await runHostTests(), checkTraces()]
showTotal(runs.reduce(add))

/** Tests of pure functions and single programs; they run side by side. */
function runUnitTests(): Promise<Total> {
  return runTests(globSync('test/**/*.test.ts', { exclude: ['test/host/**'] }).sort())
}

/** Tests that bring up labs; one file after the other, because they also measure what is left on the machine. */
async function runHostTests(): Promise<Total> {
  const files = globSync('test/host/**/*.test.ts').sort()
  if (isRoot) return runTests(files, '--serial', '--concurrency=1')
  console.log(
    `Not root: ${files.length} files of tests on real namespaces are left out; sudo make test runs them.`,
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
