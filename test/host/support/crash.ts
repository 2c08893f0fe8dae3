import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { projectRoot } from '../../../src/linux/gather-facts.ts'
import { testRuntime } from './test-runtime.ts'

/** Whether the child was killed where it was to be; false where it came to its end before. */
export type Crashed = boolean

/** Runs one of the crashing children; throws where it failed instead. */
export async function crash(
  child: 'crash-up' | 'crash-down',
  args: readonly string[],
): Promise<Crashed> {
  const cache = join(projectRoot, 'node_modules/.cache/lab')
  const result = await execa(
    process.execPath,
    [join(import.meta.dirname, `${child}.ts`), ...args],
    {
      reject: false,
      stdin: 'ignore',
      extendEnv: false,
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        LAB_TEST_RUNTIME: testRuntime,
        ...(process.env.DOCKER_HOST ? { DOCKER_HOST: process.env.DOCKER_HOST } : {}),
        ...(existsSync(cache) ? { NODE_COMPILE_CACHE: cache } : {}),
      },
    },
  )
  if (result.signal === 'SIGKILL') return true
  if (result.exitCode === 0) return false
  throw new Error(`${child} ${args.join(' ')}: ${result.stderr}`)
}

/** Walks k = 1, 2, … several at a time until one is past the end. */
export async function walk(
  width: number,
  step: (ks: readonly number[]) => Promise<readonly Crashed[]>,
): Promise<number> {
  for (let first = 1; ; first += width) {
    const crashed = await step(Array.from({ length: width }, (_, index) => first + index))
    if (crashed.includes(false)) return first - 1 + crashed.filter(Boolean).length
  }
}
