import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { readPidFile } from '../../src/linux/process-table.ts'
import { runTimed } from '../run-timed.ts'
import { findServiceStep, type StandingLab } from './standing-lab.ts'

/** What stands behind the second haproxy in place of the agent's socket. */
export interface Behind {
  readonly name: string
  readonly port: number
  /** The lines for `server metadata …`. */
  readonly lines: readonly string[]
}

/**
 * A haproxy beside a lab's own, in its namespace and with its configuration but for the port and what answers. Ends
 * with the scope.
 */
export async function startHaproxyBeside(
  lab: StandingLab,
  directory: string,
  behind: Behind,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  const { argv, namespace } = findServiceStep(lab, 'haproxy')
  const configFile = argv.find(word => word.endsWith('.conf')) ?? ''
  const pidFile = `${directory}/${behind.name}.pid`
  const file = `${directory}/${behind.name}.conf`
  writeFileSync(file, adapt(readFileSync(configFile, 'utf8'), pidFile, behind))
  await runTimed(['ip', 'netns', 'exec', namespace ?? '', 'haproxy', '-f', file], signal)
  return { [Symbol.asyncDispose]: () => stop(pidFile) }
}

/** The rules about headers stay before what answers. */
function adapt(config: string, pidFile: string, { port, lines }: Behind): string {
  const kept = config
    .split('\n')
    .filter(line => !/^ +server /.test(line))
    .map(line => line.replace(/^( +pidfile +).*/, `$1${pidFile}`).replace(/:80( |$)/, `:${port}$1`))
  return [...kept, ...lines.map(line => `    ${line}`), ''].join('\n')
}

async function stop(pidFile: string): Promise<void> {
  const pid = readPidFile(pidFile)
  if (pid === null) return
  process.kill(pid)
  while (isThere(pid)) await delay(10)
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
