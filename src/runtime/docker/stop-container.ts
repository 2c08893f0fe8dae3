import type Docker from 'dockerode'
import { CALL_LIMIT_MS } from './call-limit-ms.ts'
import { statusOf } from './status-of.ts'

/**
 * Asks what runs in a container to end, and makes it after as long as a process is given. False where there is no such
 * container; one that does not run is no error. Throws the engine's error.
 */
export async function stopContainer(container: Docker.Container): Promise<boolean> {
  try {
    await container.stop({ t: STOP_GRACE_SECONDS, abortSignal: AbortSignal.timeout(CALL_LIMIT_MS) })
    return true
  } catch (error) {
    const status = statusOf(error)
    if (status === NOT_RUNNING) return true
    if (status === ABSENT) return false
    if (await isPaused(container)) {
      await container.unpause()
      return await stopContainer(container)
    }
    throw error
  }
}

/** Docker stops those too, Podman refuses. */
async function isPaused(container: Docker.Container): Promise<boolean> {
  const seen = await container.inspect().catch(() => null)
  return seen?.State.Paused === true
}

const STOP_GRACE_SECONDS = 3
const NOT_RUNNING = 304
const ABSENT = 404
