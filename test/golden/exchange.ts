import { readFileSync } from 'node:fs'
import { reduceToForm } from './by-form.ts'
import { restoreBody, restoreCut } from './restore-cut.ts'

/** One recorded exchange with the real services; see README.md. */
export interface Exchange {
  readonly id: string
  readonly via: string
  readonly method: string
  readonly path: string
  /** `HTTP/1.1` where absent. */
  readonly version?: string
  readonly request_headers: readonly (readonly [string, string])[]
  readonly request_body?: string
  readonly request_body_base64?: string
  /** Null where the service closed the connection without an answer. */
  readonly status: number | null
  /** Without an answer, what Python called it: `RemoteDisconnected`. */
  readonly reason: string
  readonly http: string | null
  readonly content_type: string | null
  /** In their order, as they came; Date left out. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: string
  readonly body_base64?: string
  /** The answer told Python's http.client that the connection ends with it. */
  readonly closes?: boolean
  /** How long it took, where that is worth telling. */
  readonly seconds?: number
}

/** Several requests on one connection, of which less was recorded: path, status, whether it closes, and how the body starts. */
export interface Turns {
  readonly id: string
  readonly via: string
  /** Or how many answers came to as many requests. */
  readonly answers: readonly (readonly [string, number, boolean, string])[] | number
}

/** The exchanges of a recording in the repository, those of several requests left out. */
export function readExchanges(name: string): Exchange[] {
  const file = new URL(`recorded/${name}.jsonl`, import.meta.url)
  return readLines(readFileSync(file, 'utf8')).filter(isExchange).map(restoreExchange)
}

/** The lines of a recording. Throws SyntaxError. */
export function readLines(text: string): object[] {
  return text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => JSON.parse(line))
}

export function isExchange(line: object): line is Exchange {
  return 'method' in line && 'via' in line
}

export function isTurns(line: object): line is Turns {
  return 'answers' in line && 'via' in line
}

/** An exchange with what was too long for the recording. Throws where that cannot be guessed. */
export function restoreExchange(exchange: Exchange): Exchange {
  const request_headers = exchange.request_headers.map(
    ([name, value]) => [name, restoreCut(value)] as const,
  )
  return { ...exchange, path: restoreCut(exchange.path), request_headers }
}

/** The body that was sent, before it was made chunks of. */
export function requestBody(exchange: Exchange): Buffer {
  const { request_body = '', request_body_base64, request_headers } = exchange
  const body = request_body_base64
    ? Buffer.from(request_body_base64, 'base64')
    : Buffer.from(request_body)
  const length = request_headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  return restoreBody(body, Number(length))
}

/** What an answer is compared by: a seed by its length, security groups as a set, all else byte for byte. */
export interface Comparable {
  readonly status: number | null
  readonly contentType: string | null
  /** One character a byte. */
  readonly body: string
}

/** The recorded answer. */
export function recordedAnswer(exchange: Exchange): Comparable {
  const { status, content_type: contentType, body_base64 } = exchange
  const body = body_base64 ? Buffer.from(body_base64, 'base64') : Buffer.from(exchange.body ?? '')
  return comparable(exchange, { status, contentType, body })
}

/** An answer of ours to an exchange, or null for a closed connection. */
export function comparable(
  exchange: Exchange,
  answer: { status: number | null; contentType: string | null; body: Uint8Array } | null,
): Comparable {
  if (answer === null) return { status: null, contentType: null, body: '' }
  const { status, contentType } = answer
  const body = reduceToForm(exchange.path, Buffer.from(answer.body).toString('latin1'))
  return { status, contentType, body }
}
