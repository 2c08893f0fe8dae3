import { existsSync } from 'node:fs'
import { statePathOf } from '../src/lab/paths.ts'
import { projectRoot } from '../src/linux/gather-facts.ts'
import { runTimed } from './run-timed.ts'

export interface LabCommand {
  readonly name: string
  up(topology: string): readonly [string, ...string[]]
  down(): readonly [string, ...string[]]
}

/** The launcher that a user types. */
export const launcher = `${projectRoot}/lab`

/**
 * Measures with a lab of the given name, of processes or in containers of the engine at `host`; whatever happens, none of
 * it is left. Throws where one stands already.
 */
export async function withLab<T>(
  name: string,
  action: (lab: LabCommand) => Promise<T>,
  host: string | null = null,
): Promise<T> {
  if (existsSync(statePathOf(name))) throw new Error(`A lab ${name} stands already`)
  const lab: LabCommand = {
    name,
    up: topology => [...upOn(host), '--name', name, '--no-install', topology],
    down: () => [launcher, 'down', name],
  }
  try {
    return await action(lab)
  } finally {
    if (existsSync(statePathOf(name))) await runTimed([...lab.down()], new AbortController().signal)
  }
}

function upOn(host: string | null): readonly [string, ...string[]] {
  if (host === null) return [launcher, 'up', '--runtime', 'process']
  return ['env', `DOCKER_HOST=${host}`, launcher, 'up', '--runtime', 'docker']
}
