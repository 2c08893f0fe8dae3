import { globSync } from 'node:fs'
import process from 'node:process'
import { execa } from 'execa'
import { abortOnInterrupt } from './abort-on-interrupt.ts'
import { countEngine } from './count-engine.ts'
import { filesInContainers } from './files-in-containers.ts'
import { listContainers } from './list-containers.ts'
import { listTraces } from './list-traces.ts'
import { type ProvidedEngine, provideEngines, withdrawEngines } from './provide-engines.ts'
import { runChecks } from './run-checks.ts'
import { runTests, type TestRun } from './run-tests.ts'
import { tellOfEngines } from './tell-of-engines.ts'
import { add, nothing, showTotal, type Total } from './total.ts'

const isRoot = process.getuid?.() === 0
const cancelSignal = abortOnInterrupt()
const tracesBefore = listTraces()
const ONE_BY_ONE = ['--serial', '--concurrency=1']

if (isRoot) await execa('sh', ['lab', 'doctor', '--install'], { stdio: 'inherit', reject: false })
let runs: readonly Total[] = []
let containersLeft: readonly string[] = []
try {
  const [checks, engines] = await Promise.all([runChecks(cancelSignal), provideEngines()])
  const hosts = engines.flatMap(({ host }) => host ?? [])
  const containersBefore = await listContainers(hosts)
  runs = [
    checks,
    ...engines.map(engine => countEngine(engine, process.env)),
    ...(await runAllTests(engines)),
  ]
  containersLeft = (await listContainers(hosts)).filter(line => !containersBefore.includes(line))
} finally {
  await withdrawEngines()
}
showTotal([...runs, checkTraces()].reduce(add))

async function runAllTests(engines: readonly ProvidedEngine[]): Promise<readonly Total[]> {
  const run = { env: tellOfEngines(engines), cancelSignal }
  const totals = [await runUnitTests(run), await runHostTests(run)]
  if (!isRoot) return totals
  for (const { kind, host } of engines)
    if (host !== undefined) totals.push(await runInContainers(run, kind))
  return totals
}

/** Tests of pure functions and single programs; they run side by side. */
function runUnitTests(run: Omit<TestRun, 'files'>): Promise<Total> {
  const files = globSync('test/**/*.test.ts', { exclude: ['test/host/**'] }).sort()
  return runTests({ ...run, files })
}

/** Tests that bring up labs; one file after the other, because they also measure what is left on the machine. */
async function runHostTests(run: Omit<TestRun, 'files'>): Promise<Total> {
  const files = globSync('test/host/**/*.test.ts').sort()
  if (isRoot) return runTests({ ...run, files, options: ONE_BY_ONE })
  console.log(
    `Not root: ${files.length} files of tests on real namespaces are left out; sudo make test runs them.`,
  )
  return nothing
}

/** Some of them once more, with an engine; `countEngine` tells where there is none. */
function runInContainers(
  { env, ...run }: Omit<TestRun, 'files'>,
  kind: ProvidedEngine['kind'],
): Promise<Total> {
  return runTests({
    ...run,
    env: { ...env, LAB_TEST_RUNTIME: kind },
    files: filesInContainers[kind],
    options: ONE_BY_ONE,
  })
}

/** Only where nobody else brings up labs meanwhile can it be told what the tests have left behind. */
function checkTraces(): Total {
  if (process.env.CI === undefined) return nothing
  const traces = listTraces().filter(trace => !tracesBefore.includes(trace))
  const left = [...containersLeft, ...traces]
  console.log(
    left.length === 0 ? '✔ nothing is left behind' : `✘ left behind:\n  ${left.join('\n  ')}`,
  )
  return { ...nothing, [left.length === 0 ? 'passed' : 'failed']: 1 }
}
