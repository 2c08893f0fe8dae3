import { LabError } from '../../lab/lab-error.ts'
import { textOf } from './decode.ts'
import { type EngineFailure, type EngineName, engineFailures } from './engine-failures.ts'
import { statusOf } from './status-of.ts'

/**
 * What a failed call of an engine's API means: `what` could not be done, the engine's own words, and what to do about
 * those that are known. `what` is such as `Cannot start container lab-x-dnsmasq-…`.
 */
export function explainEngineError(error: unknown, engine: EngineName, what: string): LabError {
  if (error instanceof LabError) return error
  const words = wordsOf(error)
  const failure = readFailure(error, words)
  const known = engineFailures.find(({ tells }) => tells(failure))
  const lines = [what, `${NAMES[engine.kind]} at ${engine.host}: ${words}`]
  if (known?.meaning !== undefined) lines.push(known.meaning)
  return new LabError(lines.join('\n'), { cause: error, hint: known?.hint(engine, words) })
}

const NAMES = { docker: 'Docker', podman: 'Podman' }

/** Without docker-modem's `(HTTP code 500) server error - `, which says nothing more. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = 'json' in error ? textOf(error.json, 'message') : ''
  return (own || error.message.replace(/^\(HTTP code \d+\) .*? - /, '')).trim()
}

function readFailure(error: unknown, words: string): EngineFailure {
  if (!(error instanceof Error)) return { code: '', status: null, words }
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : '',
    status: statusOf(error),
    words,
  }
}
