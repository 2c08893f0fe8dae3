import process from 'node:process'
import type { ExecutionContext } from 'ava'
import avaTest from 'ava'
import type { Engine } from '../../../src/runtime/docker/engine.ts'
import { engineHosts } from './engine-hosts.ts'
import { hostTest, isRoot } from './lab.ts'

export { containersOf } from './engine-hosts.ts'

/** One of the ways in which a lab's services run; `{ topology, ...runtime }` is a wish for a standing lab. */
export interface TestRuntime {
  readonly name: 'process' | Engine['kind']
  /** Of `lab up`. */
  readonly options: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Why it cannot be used here. */
  readonly missing?: string
}

/** Every runtime, for a table of tests: processes, Docker, Podman. */
export const runtimes: readonly TestRuntime[] = [
  { name: 'process', options: ['--runtime', 'process'], env: {} },
  runtimeOf('docker'),
  runtimeOf('podman'),
]

function runtimeOf(name: Engine['kind']): TestRuntime {
  const host = engineHosts[name]
  const options = ['--runtime', 'docker']
  if (host === undefined) return { name, options, env: {}, missing: `no ${name} for tests` }
  return { name, options, env: { DOCKER_HOST: host } }
}

/**
 * A host test with one of the runtimes. Where that is missing it is skipped and says so, or fails where
 * LAB_REQUIRE_DOCKER=1 relies on it.
 */
export function runtimeTest(
  runtime: TestRuntime,
  title: string,
  body: (t: ExecutionContext) => Promise<void>,
): void {
  const { name, missing } = runtime
  const fullTitle = `${title} (${name})`
  if (missing === undefined || !isRoot) hostTest(fullTitle, body)
  else if (process.env.LAB_REQUIRE_DOCKER === '1') avaTest(fullTitle, t => t.fail(missing))
  else avaTest.skip(`${fullTitle} (${missing})`, body)
}

/** A host test for each kind of engine, told where it answers; as with `runtimeTest` where there is none. */
export function engineTest(
  title: string,
  body: (t: ExecutionContext, host: string, kind: Engine['kind']) => Promise<void>,
): void {
  for (const kind of ['docker', 'podman'] as const) {
    runtimeTest(runtimeOf(kind), title, t => body(t, engineHosts[kind] ?? '', kind))
  }
}
