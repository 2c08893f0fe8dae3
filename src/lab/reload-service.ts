import { statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive, type ProcessIdentity } from '../linux/process-table.ts'
import { sendSignal } from '../linux/send-signal.ts'
import type { ServiceStep } from '../plan/step.ts'
import { findService } from '../runtime/process/find-service.ts'
import { missingListeners } from '../runtime/process/missing-listeners.ts'
import { restartService } from '../runtime/restart-service.ts'
import type { Made } from './make-steps.ts'
import { releaseLeases } from './release-leases.ts'

/**
 * Lets a service that runs read its files again, waits until it has, and until it listens where it is to; one that has
 * died meanwhile, or does not answer, is started anew. Throws as `restartService` does.
 */
export async function reloadService(
  service: ServiceStep,
  lab: string,
  signal: AbortSignal,
): Promise<Made> {
  const running = findService(service)
  const isDone = running !== null && (await readsFiles(service, running, signal))
  if (!isDone) await restartService(service, lab, signal)
  const { leasing, namespace } = service
  if (leasing === undefined || namespace === null) return {}
  const remark = await releaseLeases(leasing, namespace, lab)
  return remark === null ? {} : { remark }
}

async function readsFiles(
  service: ServiceStep,
  running: ProcessIdentity,
  signal: AbortSignal,
): Promise<boolean> {
  const { reloads } = service
  const written = lastWritten(service)
  if (reloads !== undefined && reloads.signal !== null) sendSignal(running, reloads.signal)
  const isDone = () =>
    (reloads?.isAcknowledged !== true || lastWritten(service) !== written) &&
    missingListeners(service, running.pid).length === 0
  for (let left = LIMIT_MS; !isDone(); left -= POLL_MS) {
    signal.throwIfAborted()
    if (left <= 0 || !isAlive(running)) return false
    await delay(POLL_MS)
  }
  return isAlive(running)
}

/** A service that has to read megabytes takes a part of a second. */
const LIMIT_MS = 5_000
const POLL_MS = 4

function lastWritten({ pidFile }: ServiceStep): bigint | null {
  return statSync(pidFile, { throwIfNoEntry: false, bigint: true })?.mtimeNs ?? null
}
