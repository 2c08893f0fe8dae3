import { LabError } from '../../lab/lab-error.ts'
import { CommandFailed } from '../../linux/command-failed.ts'
import type { ProcessIdentity } from '../../linux/process-table.ts'
import type { ContainedService } from '../../plan/step.ts'
import { engineAt } from './engine-at.ts'
import { explainEngineError } from './explain-engine-error.ts'
import { startContainer } from './start-container.ts'
import { startUntilServes } from './start-until-serves.ts'
import { stopContainer } from './stop-container.ts'

/** Stops a service's container and starts the same again, with its log so far; makes it where it is gone. Throws as `startContainer`. */
export async function restartContainer(
  service: ContainedService,
  signal?: AbortSignal,
): Promise<ProcessIdentity> {
  const { name, engine: place } = service.container
  const engine = await engineAt(place.host)
  const container = engine.api.getContainer(name)
  try {
    if (!(await stopContainer(container))) return await startContainer(service, signal)
    return await startUntilServes(container, service, signal)
  } catch (error) {
    if (error instanceof CommandFailed || error instanceof LabError) throw error
    signal?.throwIfAborted()
    throw explainEngineError(error, engine, `Cannot restart container ${name}`)
  }
}
