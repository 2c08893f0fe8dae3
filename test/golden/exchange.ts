import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** One recorded exchange with the real services; see README.md. */
export interface Exchange {
  readonly id: string
  readonly via: string
  readonly method: string
  readonly path: string
  readonly request_headers: readonly (readonly [string, string])[]
  readonly request_body?: string
  readonly request_body_base64?: string
  /** Null where the service closed the connection without an answer. */
  readonly status: number | null
  readonly content_type: string | null
  readonly body?: string
  readonly body_base64?: string
}

/** The exchanges of a recording, those of several requests left out. */
export function readExchanges(name: string): Exchange[] {
  const file = new URL(`recorded/${name}.jsonl`, import.meta.url)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const exchanges = lines.map(line => JSON.parse(line)).filter(exchange => 'method' in exchange)
  return exchanges.map(restoreCut)
}

/** What was too long for the recording is one character over and over; the hash says that it is again. */
function restoreCut(exchange: Exchange): Exchange {
  const request_headers = exchange.request_headers.map(
    ([name, value]) => [name, lengthen(value)] as const,
  )
  return { ...exchange, path: lengthen(exchange.path), request_headers }
}

function lengthen(text: string): string {
  const cut = /^(.*(.))\.\.\.<(\d+) bytes, sha256 (\w+)>$/s.exec(text)
  if (cut === null) return text
  const [, start = '', filler = '', size, hash = ''] = cut
  const whole = start.padEnd(Number(size), filler)
  const digest = createHash('sha256').update(whole).digest('hex')
  if (!digest.startsWith(hash)) throw new Error(`cannot restore ${text}`)
  return whole
}

/** The body that was sent. */
export function requestBody(exchange: Exchange): Buffer {
  if (exchange.request_body_base64 !== undefined) {
    return Buffer.from(exchange.request_body_base64, 'base64')
  }
  return Buffer.from(exchange.request_body ?? '')
}

/** What an answer is compared by: a seed by its length, security groups as a set, all else byte for byte. */
export interface Comparable {
  readonly status: number | null
  readonly contentType: string | null
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
  const text = Buffer.from(answer.body).toString('latin1')
  const body = /security-groups\/?$/.test(exchange.path) ? text.split('\n').sort().join() : text
  const seedless = body.replace(/(?<="random_seed": ")[A-Za-z0-9+/=]{684}(?=")/, '<684 chars>')
  return { status, contentType, body: seedless }
}
