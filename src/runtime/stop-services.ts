import type { ServiceStep } from '../plan/step.ts'
import { stopServiceProcesses } from './process/stop-service-processes.ts'

/**
 * Stops services of a lab wherever they run, and takes away their containers and the files that they leave. The dead are
 * no error. Where an engine does not answer their processes are ended all the same, and then it throws LabError.
 */
export async function stopServices(services: readonly ServiceStep[], lab: string): Promise<void> {
  const contained = services.flatMap(({ container }) => container ?? [])
  const removed = contained.length === 0 ? [] : [removeTheirs(contained)]
  const [outcome] = await Promise.allSettled(removed)
  await stopServiceProcesses(services, lab)
  if (outcome?.status === 'rejected') throw outcome.reason
}

async function removeTheirs(contained: readonly NonNullable<ServiceStep['container']>[]) {
  const { removeContainers } = await import('./docker/remove-containers.ts')
  await removeContainers(contained)
}
