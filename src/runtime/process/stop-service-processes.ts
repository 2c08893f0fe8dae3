import { rmSync } from 'node:fs'
import { stopProcesses } from '../../linux/stop-processes.ts'
import type { ServiceStep } from '../../plan/step.ts'
import { findService } from './find-service.ts'
import { findServiceProcesses } from './find-service-processes.ts'

/** Stops all processes of services of a lab, and takes away the files that they leave. The dead are no error. */
export async function stopServiceProcesses(
  services: readonly ServiceStep[],
  lab: string,
): Promise<void> {
  if (services.length === 0) return
  const running = services.flatMap(service => findService(service) ?? [])
  await stopProcesses([...running, ...findServiceProcesses(services, lab)], STOP_GRACE_MS)
  for (const { leaves } of services) for (const path of leaves) rmSync(path, { force: true })
}

/** haproxy ends at once on SIGTERM; the agent and the API finish requests for two seconds. */
const STOP_GRACE_MS = 3_000
