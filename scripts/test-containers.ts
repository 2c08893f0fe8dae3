import process from 'node:process'
import { abortOnInterrupt } from './abort-on-interrupt.ts'
import { countEngine } from './count-engine.ts'
import { filesInContainers } from './files-in-containers.ts'
import { filesWithEngines } from './files-with-engines.ts'
import { listContainers } from './list-containers.ts'
import { listTraces } from './list-traces.ts'
import { type ProvidedEngine, provideEngines, withdrawEngines } from './provide-engines.ts'
import { ONE_BY_ONE, runTests, type TestRun } from './run-tests.ts'
import { tellOfEngines } from './tell-of-engines.ts'
import { add, nothing, showTotal, type Total } from './total.ts'

/** Every test that needs container engines, with engines of the machine's or its own; ends as `make test` does. */
const cancelSignal = abortOnInterrupt()
const tracesBefore = tracesOfLabs()
let runs: readonly Total[] = []
let containersLeft: readonly string[] = []
try {
  const engines = await provideEngines()
  const hosts = engines.flatMap(({ host }) => host ?? [])
  const before = await listContainers(hosts)
  runs = [...engines.map(engine => countEngine(engine, process.env)), ...(await runAll(engines))]
  containersLeft = (await listContainers(hosts)).filter(line => !before.includes(line))
} finally {
  await withdrawEngines()
}
showTotal([...runs, checkLeft()].reduce(add))

async function runAll(engines: readonly ProvidedEngine[]): Promise<readonly Total[]> {
  const run = { env: tellOfEngines(engines), cancelSignal }
  const { unit, host } = filesWithEngines()
  const totals = [
    await runTests({ ...run, files: unit }),
    await runTests({ ...run, files: host, options: ONE_BY_ONE }),
  ]
  for (const engine of engines)
    if (engine.host !== undefined) totals.push(await runInContainers(run, engine.kind))
  return totals
}

/** Some of the host tests once more, with an engine; `countEngine` tells where there is none. */
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

/** Processes are the machine's, where other tests run beside these. */
function tracesOfLabs(): readonly string[] {
  return listTraces().filter(trace => !trace.startsWith('process '))
}

function checkLeft(): Total {
  const traces = tracesOfLabs().filter(trace => !tracesBefore.includes(trace))
  const left = [...containersLeft, ...traces]
  console.log(
    left.length === 0 ? '✔ no container is left behind' : `✘ left behind:\n  ${left.join('\n  ')}`,
  )
  return { ...nothing, [left.length === 0 ? 'passed' : 'failed']: 1 }
}
