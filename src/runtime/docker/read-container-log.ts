import { text } from 'node:stream/consumers'
import type Docker from 'dockerode'
import { unframe } from './unframe.ts'

/**
 * What a container has printed, stdout and stderr in the order in which the engine has it; `sinceMs` leaves out what is
 * older, in milliseconds of Unix time. Throws the engine's error.
 */
export async function readContainerLog(container: Docker.Container, sinceMs = 0): Promise<string> {
  const since = sinceMs / 1000
  const framed = await container.logs({ stdout: true, stderr: true, follow: false, since })
  return await text(unframe([framed]))
}
