import type { ProcessIdentity } from '../linux/process-table.ts'
import { isContained, type ServiceStep } from '../plan/step.ts'
import { startService } from './start-service.ts'
import { stopServices } from './stop-services.ts'

/** Stops a service and starts it again, in the container that it has. Throws as `startService` does; it is down then. */
export async function restartService(
  service: ServiceStep,
  lab: string,
  signal?: AbortSignal,
): Promise<ProcessIdentity> {
  if (isContained(service)) {
    const { restartContainer } = await import('./docker/restart-container.ts')
    return await restartContainer(service, signal)
  }
  await stopServices([service], lab)
  return await startService(service, lab, signal)
}
