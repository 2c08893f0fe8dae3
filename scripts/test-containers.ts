import { dirname } from 'node:path'
import process from 'node:process'
import { abortOnInterrupt } from './abort-on-interrupt.ts'
import { PARTS, type Part } from './container-parts.ts'
import { countEngine } from './count-engine.ts'
import { engineDirectory } from './engine-directory.ts'
import { filesInContainers } from './files-in-containers.ts'
import { filesWithEngines } from './files-with-engines.ts'
import { listContainers } from './list-containers.ts'
import { listTraces } from './list-traces.ts'
import { type ProvidedEngine, provideEngines, withdrawEngines } from './provide-engines.ts'
import { ONE_BY_ONE, runTests, type TestRun } from './run-tests.ts'
import { tellOfEngines } from './tell-of-engines.ts'
import { add, showLeft, showTotal, type Total } from './total.ts'

/**
 * Every test that needs container engines, or one part of them: `test-containers.ts [PART]`. With engines of the
 * machine's or its own; ends as `make test` does.
 */
const [, , part] = process.argv
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
  const parts: Readonly<Record<Part, () => Promise<readonly Total[]>>> = {
    asking: () => runThoseThatAsk(run),
    again: () => runAgain(run, engines),
  }
  const totals: Total[] = []
  for (const name of PARTS)
    if (part === undefined || part === name) totals.push(...(await parts[name]()))
  return totals
}

async function runThoseThatAsk(run: Omit<TestRun, 'files'>): Promise<readonly Total[]> {
  const { unit, host } = filesWithEngines()
  return [
    await runTests({ ...run, files: unit }),
    await runTests({ ...run, files: host, options: ONE_BY_ONE }),
  ]
}

async function runAgain(
  run: Omit<TestRun, 'files'>,
  engines: readonly ProvidedEngine[],
): Promise<readonly Total[]> {
  const totals: Total[] = []
  for (const { kind, host } of engines)
    if (host !== undefined) totals.push(await runInContainers(run, kind))
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

/** Processes and directories of engines are the machine's, where other tests run beside these. */
function tracesOfLabs(): readonly string[] {
  const own = engineDirectory()
  return listTraces().filter(
    trace => !trace.startsWith('process ') && (trace === own || !trace.startsWith(dirname(own))),
  )
}

function checkLeft(): Total {
  const traces = tracesOfLabs().filter(trace => !tracesBefore.includes(trace))
  return showLeft('no container', [...containersLeft, ...traces])
}
