import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { CommandFailed } from '../../linux/command-failed.ts'
import { environmentOf } from '../../linux/environment-of.ts'
import { identify, type ProcessIdentity, readPidFile } from '../../linux/process-table.ts'
import { type Command, commandOf } from '../../plan/command.ts'
import type { ServiceStep } from '../../plan/step.ts'
import { rotateLog } from './rotate-log.ts'

export interface StartOptions {
  readonly signal?: AbortSignal | undefined
  /** What it is given besides its own. */
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Starts a service and waits until it serves: until a daemon's starter has ended well, or until a program in the
 * background has written its pid file. Its output goes to its log file. Throws CommandFailed with what it said, or the
 * signal's reason.
 */
export async function startProcess(
  service: ServiceStep,
  lab: string,
  { signal, environment = {} }: StartOptions = {},
): Promise<ProcessIdentity> {
  signal?.throwIfAborted()
  for (const path of service.leaves) rmSync(path, { force: true })
  const { argv } = commandOf([service])
  rotateLog(service.logFile)
  const said = logFrom(service.logFile)
  const { child, ended } = launch(argv, service, { ...environmentOf(lab), ...environment })
  const served = new AbortController()
  const limits = [AbortSignal.timeout(START_LIMIT_MS), served.signal, ...(signal ? [signal] : [])]
  const limit = AbortSignal.any(limits)
  try {
    const serves = service.daemonizes ? never(limit) : pidFileWritten(service.pidFile, limit)
    const exitCode = await Promise.race([ended, serves])
    if (exitCode !== 0) throw failure(argv, exitCode, said())
    return await identityOf(service, argv, said)
  } catch (error) {
    child.kill()
    throw error
  } finally {
    served.abort()
  }
}

const START_LIMIT_MS = 60_000

function launch(
  [file, ...rest]: Command['argv'],
  service: ServiceStep,
  env: Readonly<Record<string, string | undefined>>,
) {
  const log = openSync(service.logFile, 'a', 0o600)
  const child = spawn(file, rest, {
    detached: true,
    stdio: ['ignore', log, log],
    env,
    cwd: '/',
  })
  closeSync(log)
  const { promise: ended, resolve, reject } = Promise.withResolvers<number>()
  child.on('error', reject)
  child.on('exit', code => resolve(code ?? ENDED_BY_SIGNAL))
  if (!service.daemonizes) child.unref()
  return { child, ended }
}

const ENDED_BY_SIGNAL = -1

/** Gives 0 once the pid file holds a live process. */
async function pidFileWritten(path: string, limit: AbortSignal): Promise<number> {
  while (!limit.aborted) {
    const pid = readPidFile(path)
    if (pid !== null && identify(pid) !== null) return 0
    await delay(POLL_MS)
  }
  throw limit.reason
}

const POLL_MS = 4

/** Rejects with the reason of the limit, if that ever comes. */
function never(limit: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  if (limit.aborted) reject(limit.reason)
  limit.addEventListener('abort', () => reject(limit.reason), { once: true })
  promise.catch(() => undefined)
  return promise
}

/** dnsmasq and udhcpc write their pid file after their starter has ended. */
async function identityOf(
  service: ServiceStep,
  argv: readonly string[],
  said: () => string,
): Promise<ProcessIdentity> {
  for (let left = PID_FILE_LIMIT_MS; left > 0; left -= POLL_MS) {
    const identity = identify(readPidFile(service.pidFile) ?? 0)
    if (identity !== null) return identity
    await delay(POLL_MS)
  }
  throw failure(argv, 0, `${said()}\nno live process in ${service.pidFile}`)
}

const PID_FILE_LIMIT_MS = 2_000

function failure(argv: readonly string[], exitCode: number, output: string): CommandFailed {
  return new CommandFailed({ argv, exitCode, signal: null, output: output.trim() })
}

/** What is added to a log from now on. */
function logFrom(path: string): () => string {
  const before = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return () => (existsSync(path) ? readFileSync(path).subarray(before).toString() : '')
}
