import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import { LabError } from '../../lab/lab-error.ts'
import { CommandFailed } from '../../linux/command-failed.ts'
import { identify, type ProcessIdentity, readPidFile } from '../../linux/process-table.ts'
import { dockerRun } from '../../plan/docker-run.ts'
import type { ContainedService } from '../../plan/step.ts'
import { readContainerLog } from './read-container-log.ts'
import { removeContainers } from './remove-containers.ts'
import { stopContainer } from './stop-container.ts'
import { withoutAbsent } from './without-absent.ts'

/**
 * Starts a container that is there and waits until its service has written its pid file. Throws the engine's error,
 * CommandFailed with what the service said where it ended instead, LabError where it did neither, or the signal's reason;
 * it is stopped then, and with Podman removed.
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
    const exit = waitUntilEnds(made, limit)
    exit.catch(() => undefined)
    await made.start()
    const first = await Promise.race([exit, waitUntilServes(service, limit)])
    if ('pid' in first) return first
    throw failure(service, first.exitCode, await readContainerLog(made, startedAtMs))
  } catch (error) {
    const isTooLate = late.aborted && limit.reason === late.reason
    const printed = isTooLate ? await readContainerLog(made, startedAtMs) : ''
    settled.abort()
    await giveUp(made, service)
    throw isTooLate ? isLate(service, limitMs, printed) : error
  } finally {
    settled.abort()
  }
}

const START_LIMIT_MS = 60_000

/** Podman on a busy machine may tell of an end that was none, with -1 for what it does not know. */
async function waitUntilEnds(
  made: Docker.Container,
  limit: AbortSignal,
): Promise<{ readonly exitCode: number }> {
  for (;;) {
    const { StatusCode } = await made.wait({ condition: 'next-exit', abortSignal: limit })
    if (StatusCode !== UNKNOWN) return { exitCode: Number(StatusCode) }
    const { State } = await made.inspect()
    if (!State.Running) return { exitCode: State.ExitCode }
  }
}

const UNKNOWN = -1

/** Podman takes no word that one is to stay down while it is down, and would go on starting it. */
async function giveUp(made: Docker.Container, { container }: ContainedService): Promise<void> {
  if (container.engine.kind === 'podman') await removeContainers([container])
  else await stopContainer(made)
}

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
