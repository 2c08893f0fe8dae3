import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemPath } from '../src/linux/system-path.ts'
import type { Engine } from '../src/runtime/docker/engine.ts'
import { askEngine } from './ask-engine.ts'
import { enginePrograms } from './engine-programs.ts'

interface StartedEngine {
  readonly kind: Engine['kind']
  readonly host: string
  /** Of dockerd, or of podman's service. */
  readonly pid: number
  /** Settles once that process has ended, however it did. */
  readonly ended: Promise<void>
}

/**
 * Starts an engine of the tests' own, with all that it keeps in `directory`, and waits until it answers. Once its
 * process has ended it may be started again on what it kept. It ends with the process that starts it; `removeEngine`
 * removes what is left then. Needs root.
 *
 * @throws Error with the engine's last words where it ends or does not answer within a minute
 */
export async function startEngine(kind: Engine['kind'], directory: string): Promise<StartedEngine> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  writeFileSync(join(directory, 'daemon.json'), '{}')
  const host = `unix://${directory}/${kind}.sock`
  const [pid, ended] = serve(kind, directory)
  await untilAnswers(kind, directory, ended)
  return { kind, host, pid, ended }
}

/** In a session of its own, so that Ctrl-C is for those who use it first. */
function serve(kind: Engine['kind'], directory: string): [pid: number, ended: Promise<void>] {
  const argv = enginePrograms[kind].serve(directory)
  const log = openSync(logOf(directory), 'a')
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...argv], {
    detached: true,
    cwd: '/',
    env: { PATH: systemPath, HOME: directory },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  const ended = new Promise<void>(resolve => {
    child.once('error', () => resolve()).once('exit', () => resolve())
  })
  return [child.pid ?? -1, ended]
}

async function untilAnswers(
  kind: Engine['kind'],
  directory: string,
  ended: Promise<void>,
): Promise<void> {
  const host = `unix://${directory}/${kind}.sock`
  const deadline = Date.now() + START_LIMIT_MS
  const hasEnded = ended.then(() => true)
  while ((await askEngine(host)) !== kind) {
    const isOver = await Promise.race([hasEnded, delay(20, false)])
    if (isOver || Date.now() > deadline)
      throw new Error(
        `${kind} ${isOver ? 'has ended' : 'does not answer'} at ${host}; its last words:\n${lastWords(directory)}`,
      )
  }
}

const START_LIMIT_MS = 60_000

function logOf(directory: string): string {
  return join(directory, 'log')
}

function lastWords(directory: string): string {
  return readFileSync(logOf(directory), 'utf8').trim().split('\n').slice(-15).join('\n')
}
