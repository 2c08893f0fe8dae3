import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import type { Container } from '../../plan/step.ts'
import { engineAt } from './engine-at.ts'
import { explainEngineError } from './explain-engine-error.ts'
import { statusOf } from './status-of.ts'
import { unframe } from './unframe.ts'

/**
 * Hands over what a container has printed and what it goes on to print, over its restarts, until it is gone. Throws
 * LabError in the engine's words, and the signal's reason.
 */
export async function followLog(
  { engine: place, name }: Pick<Container, 'engine' | 'name'>,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const engine = await engineAt(place.host)
  const container = engine.api.getContainer(name)
  try {
    let { StartedAt: startedAt } = (await container.inspect()).State
    await follow(container, null, onText, signal)
    for (;;) {
      startedAt = await nextStart(container, startedAt, signal)
      await follow(container, startedAt, onText, signal)
    }
  } catch (error) {
    signal.throwIfAborted()
    if (statusOf(error) === 404) return
    throw explainEngineError(error, engine, `Cannot read the log of container ${name}`)
  }
}

/** The engine ends the answer when the container stops. Null for the log from its beginning. */
async function follow(
  container: Docker.Container,
  since: string | null,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const frames = await container.logs({
    stdout: true,
    stderr: true,
    follow: true,
    ...(since === null ? {} : { since: secondsOf(since) }),
    abortSignal: signal,
  })
  const framed = frames.pipe(new PassThrough())
  // Ended by whatever ends the answer, an engine that goes too.
  frames.once('close', () => framed.end())
  const decoder = new TextDecoder()
  for await (const bytes of unframe(framed)) onText(decoder.decode(bytes, { stream: true }))
}

/** `1763823537.615000000`, as the API takes it with its fraction. */
function secondsOf(time: string): number {
  return Date.parse(time) / 1000
}

/** When it was started after that. Throws the engine's error where it is gone. */
async function nextStart(
  container: Docker.Container,
  before: string,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    const { State } = await container.inspect()
    if (State.Running && State.StartedAt !== before) return State.StartedAt
    await delay(LOOK_EVERY_MS, undefined, { signal })
  }
}

const LOOK_EVERY_MS = 200
