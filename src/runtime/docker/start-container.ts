import type Docker from 'dockerode'
import { LabError } from '../../lab/lab-error.ts'
import { CommandFailed } from '../../linux/command-failed.ts'
import type { ProcessIdentity } from '../../linux/process-table.ts'
import type { ContainedService, Container } from '../../plan/step.ts'
import { containerOptions } from './container-options.ts'
import type { Engine } from './engine.ts'
import { engineAt } from './engine-at.ts'
import { explainEngineError } from './explain-engine-error.ts'
import { removeContainers } from './remove-containers.ts'
import { startUntilServes } from './start-until-serves.ts'
import { withoutAbsent } from './without-absent.ts'

/**
 * Makes a service's container, in place of one that the lab has of that name, starts it and waits until the service has
 * written its pid file. Throws LabError in the engine's words, CommandFailed with what the service said where it ended
 * instead, or the signal's reason; the container is stopped then, and its log can be read; with Podman
 * it is gone.
 */
export async function startContainer(
  service: ContainedService,
  signal?: AbortSignal,
): Promise<ProcessIdentity> {
  const { container } = service
  signal?.throwIfAborted()
  const engine = await engineAt(container.engine.host)
  try {
    const made = await make(engine, container)
    return await startUntilServes(made, service, signal)
  } catch (error) {
    if (error instanceof CommandFailed || error instanceof LabError) throw error
    signal?.throwIfAborted()
    throw explainEngineError(error, engine, `Cannot start container ${container.name}`)
  }
}

async function make(engine: Engine, container: Container): Promise<Docker.Container> {
  const options = containerOptions(withoutAbsent(container))
  try {
    return await engine.api.createContainer(options)
  } catch (error) {
    if (!isTaken(error)) throw error
    await removeContainers([container])
    return await engine.api.createContainer(options)
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && /already in use/.test(error.message)
}
