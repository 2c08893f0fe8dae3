import { engineCommand } from '../../src/plan/docker-run.ts'
import type { Container } from '../../src/plan/step.ts'
import { runTimed } from '../run-timed.ts'

/** Milliseconds until all of them were started. */
export interface BareStart {
  readonly atOnce: number
  readonly oneByOne: number
}

/**
 * Starts as many containers as a lab has, with the engine's own command line and with no more options than it takes: the
 * same image and limits, the machine's network, a shell that waits for ever. First all at once, then one after the other.
 * They are removed outside the time.
 */
export async function startBare(
  containers: readonly Container[],
  signal: AbortSignal,
): Promise<BareStart> {
  const bare = containers.map(toBare)
  const atOnce = await timeAndRemove(bare, () =>
    Promise.all(bare.map(({ run }) => runTimed(run, signal))),
  )
  const oneByOne = await timeAndRemove(bare, async () => {
    for (const { run } of bare) await runTimed(run, signal)
  })
  return { atOnce, oneByOne }
}

interface Bare {
  readonly run: readonly [string, ...string[]]
  readonly remove: readonly [string, ...string[]]
}

function toBare({ engine, image, limits }: Container, index: number): Bare {
  const name = `lab-bench-bare-${process.pid}-${index}`
  const command = engineCommand(engine)
  const ulimits = Object.entries(limits).map(([limit, value]) => `--ulimit=${limit}=${value}`)
  const options = ['--detach', '--interactive', '--network=host', ...ulimits, `--name=${name}`]
  return {
    run: [...command, 'run', ...options, image, 'sh'],
    remove: [...command, 'rm', '--force', ...(engine.kind === 'podman' ? AT_ONCE : []), name],
  }
}

/** Docker does not ask first. */
const AT_ONCE = ['--time=0']

async function timeAndRemove(bare: readonly Bare[], start: () => Promise<unknown>) {
  const startedAt = performance.now()
  try {
    await start()
    return performance.now() - startedAt
  } finally {
    const never = new AbortController().signal
    await Promise.all(bare.map(({ remove }) => runTimed(remove, never)))
  }
}
