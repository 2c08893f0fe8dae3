import { cpuTimeUs } from './cpu-time.ts'
import type { LoadTarget } from './load-targets.ts'
import { type LoadResult, runWrk } from './run-wrk.ts'

/** One row of the table: so many connections, kept or new for each request. */
export interface LoadShape {
  readonly connections: number
  readonly keepAlive: boolean
}

export interface LoadFigures {
  readonly shape: LoadShape
  /** By the target's name, a result for each round. */
  readonly results: Readonly<Record<string, readonly MeasuredLoad[]>>
}

export interface MeasuredLoad extends LoadResult {
  /** Microseconds of the cores that each service of the target took for one request. */
  readonly costUs: Readonly<Record<string, number>>
}

const loadShapes: readonly LoadShape[] = [1, 16, 128].flatMap(connections =>
  [true, false].map(keepAlive => ({ connections, keepAlive })),
)

/** Loads every target in every shape, in turns, after a turn that warms them up. Throws at the first wrong answer. */
export async function measureLoad(
  targets: readonly LoadTarget[],
  rounds: number,
  signal: AbortSignal,
  say: (words: string) => void,
): Promise<LoadFigures[]> {
  const warmUp = { connections: 16, keepAlive: true }
  for (const target of targets) await measure(target, warmUp, 3, signal)
  const measured = loadShapes.map(shape => ({ shape, results: emptyResults(targets) }))
  for (let round = 1; round <= rounds; round++) {
    say(`load, round ${round} of ${rounds} …`)
    for (const { shape, results } of measured)
      for (const target of targets)
        results[target.name]?.push(await measure(target, shape, 2, signal))
  }
  return measured
}

function emptyResults(targets: readonly LoadTarget[]): Record<string, MeasuredLoad[]> {
  return Object.fromEntries(targets.map(({ name }) => [name, []]))
}

async function measure(
  { namespace, url, pids }: LoadTarget,
  shape: LoadShape,
  seconds: number,
  signal: AbortSignal,
): Promise<MeasuredLoad> {
  const services = Object.entries(pids)
  const before = services.map(([, pid]) => cpuTimeUs(pid))
  const result = await runWrk({ namespace, url, seconds, ...shape }, signal)
  const costs = services.map(
    ([name, pid], index) =>
      [name, (cpuTimeUs(pid) - (before[index] ?? 0)) / result.requests] as const,
  )
  return { ...result, costUs: Object.fromEntries(costs) }
}
