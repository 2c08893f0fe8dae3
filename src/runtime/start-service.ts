import type { ProcessIdentity } from '../linux/process-table.ts'
import { isContained, type ServiceStep } from '../plan/step.ts'
import { startProcess } from './process/start-process.ts'

/**
 * Starts a service where its plan puts it, and waits until it serves. What is left of its former self is taken away
 * first. Throws CommandFailed with what it said, LabError in an engine's words, or the signal's reason; it does not run
 * then.
 */
export async function startService(
  service: ServiceStep,
  lab: string,
  signal?: AbortSignal,
): Promise<ProcessIdentity> {
  if (!isContained(service)) return await startProcess(service, lab, { signal })
  const { startContainer } = await import('./docker/start-container.ts')
  return await startContainer(service, signal)
}
