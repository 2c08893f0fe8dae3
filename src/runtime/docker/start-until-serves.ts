import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import { LabError } from '../../lab/lab-error.ts'
import { CommandFailed } from '../../linux/command-failed.ts'
import { identify, type ProcessIdentity, readPidFile } from '../../linux/process-table.ts'
import { dockerRun } from '../../plan/docker-run.ts'
import type { ContainedService } from '../../plan/step.ts'
import { readContainerLog } from './read-container-log.ts'
import { stopContainer } from './stop-container.ts'
import { withoutAbsent } from './without-absent.ts'

/**
 * Starts a container that is there and waits until its service has written its pid file. Throws the engine's error,
 * CommandFailed with what the service said where it ended instead, LabError where it did neither, or the signal's reason;
 * it is stopped then.
 */
export async function startUntilServes(
  made: Docker.Container,
  service: ContainedService,
  signal?: AbortSignal,
  limitMs = START_LIMIT_MS,
): Promise<ProcessIdentity> {
  signal?.throwIfAborted()
  for (const path of service.leaves) rmSync(path, { force: true })
  const startedAtMs = Date.now()
  const settled = new AbortController()
  const late = AbortSignal.timeout(limitMs)
  const limit = AbortSignal.any([late, settled.signal, ...(signal ? [signal] : [])])
  try {
    const exit = made.wait({ condition: 'next-exit', abortSignal: limit })
    exit.catch(() => undefined)
    await made.start()
    const first = await Promise.race([exit, waitUntilServes(service, limit)])
    if ('pid' in first) return first
    throw failure(service, Number(first.StatusCode), await readContainerLog(made, startedAtMs))
  } catch (error) {
    settled.abort()
    await stopContainer(made)
    if (limit.reason !== late.reason || !late.aborted) throw error
    throw isLate(service, limitMs, await readContainerLog(made, startedAtMs))
  } finally {
    settled.abort()
  }
}

const START_LIMIT_MS = 60_000

async function waitUntilServes(
  { pidFile }: ContainedService,
  limit: AbortSignal,
): Promise<ProcessIdentity> {
  for (;;) {
    limit.throwIfAborted()
    const identity = identify(readPidFile(pidFile) ?? 0)
    if (identity !== null) return identity
    await delay(POLL_MS)
  }
}

const POLL_MS = 4

function isLate({ name, pidFile }: ContainedService, limitMs: number, printed: string): LabError {
  const what = `${name} runs, but has not written ${pidFile} within ${limitMs / 1000} s`
  return new LabError([what, printed.trim()].join('\n').trim())
}

function failure(
  { container }: ContainedService,
  exitCode: number,
  printed: string,
): CommandFailed {
  const argv = dockerRun(withoutAbsent(container))
  return new CommandFailed({ argv, exitCode, signal: null, output: printed.trim() })
}
