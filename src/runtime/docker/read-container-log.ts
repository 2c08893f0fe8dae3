import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type Docker from 'dockerode'

/**
 * What a container has printed, stdout and stderr in the order in which the engine has it; `sinceMs` leaves out what is
 * older, in milliseconds of Unix time. Throws the engine's error.
 */
export async function readContainerLog(container: Docker.Container, sinceMs = 0): Promise<string> {
  const since = sinceMs / 1000
  const framed = await container.logs({ stdout: true, stderr: true, follow: false, since })
  const printed = new PassThrough()
  const frames = Readable.from([framed])
  container.modem.demuxStream(frames, printed, printed)
  frames.once('end', () => printed.end())
  return await text(printed)
}
