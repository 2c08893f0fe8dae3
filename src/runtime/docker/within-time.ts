import { EngineUnusable } from './engine-unusable.ts'
import { explainNoAnswer } from './explain-no-answer.ts'

/** Asks an engine something. Throws EngineUnusable where no answer comes in time, or none that can be understood. */
export async function withinTime<T>(
  host: string,
  timeoutMs = TIMEOUT_MS,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController()
  const timer = setTimeout(() => end.abort(), timeoutMs)
  try {
    return await ask(end.signal)
  } catch (error) {
    const limitMs = end.signal.aborted ? timeoutMs : null
    throw new EngineUnusable(explainNoAnswer(host, error, limitMs), { cause: error })
  } finally {
    clearTimeout(timer)
    // Other questions, where one has failed.
    end.abort()
  }
}

/** systemd may first have to start an engine that it listens for. */
const TIMEOUT_MS = 10_000
