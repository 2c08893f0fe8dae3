import { globSync } from 'node:fs'

/** Tests that ask for container engines, which no other test does. */
export function filesWithEngines(): {
  readonly unit: readonly string[]
  readonly host: readonly string[]
} {
  return { unit: globSync(UNIT).sort(), host: globSync(HOST).sort() }
}

const UNIT = ['test/runtime/docker/**/*.test.ts', 'test/lab/runtime-choice.test.ts']

const HOST = [
  'test/host/containers/*.test.ts',
  'test/host/containers-left.test.ts',
  'test/host/image.test.ts',
  'test/host/runtimes*.test.ts',
]
