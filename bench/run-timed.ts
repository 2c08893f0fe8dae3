import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface TimedRun {
  readonly startedAt: Date
  readonly milliseconds: number
  readonly stdout: string
}

/**
 * Runs a command to its end. On an abort or after two minutes it is interrupted, and waited for while it cleans up.
 * Throws with its words where it fails. It stands in a process group of its own, so that Ctrl-C reaches it once.
 */
export async function runTimed(
  [file, ...rest]: readonly [string, ...string[]],
  signal: AbortSignal,
): Promise<TimedRun> {
  signal.throwIfAborted()
  const startedAt = new Date()
  const start = performance.now()
  const child = spawn(file, rest, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  limited.addEventListener('abort', () => child.kill('SIGINT'), { once: true })
  // Not `close`: services that outlive the command may hold its output open.
  const exited = Promise.withResolvers<number | null>()
  child.once('error', exited.reject)
  child.once('exit', exited.resolve)
  const said = Promise.all([text(child.stdout), text(child.stderr)])
  const exitCode = await exited.promise
  const milliseconds = performance.now() - start
  const [stdout, stderr] = await said
  signal.throwIfAborted()
  if (exitCode === 0) return { startedAt, milliseconds, stdout }
  throw new Error(`${[file, ...rest].join(' ')} exited with ${exitCode}: ${stderr.trim()}`)
}

const LIMIT_MS = 120_000
