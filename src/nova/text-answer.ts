import type { Answer } from '../wsgi/answer.ts'

/** A 200 of text, or of bytes that nova calls text. */
export function textAnswer(body: string | Uint8Array): Answer {
  return { status: 200, contentType: 'text/plain; charset=UTF-8', body: toBytes(body) }
}

/** A 200 of JSON; WebOb gives this type no charset. */
export function jsonAnswer(body: string | Uint8Array): Answer {
  return { status: 200, contentType: 'application/json', body: toBytes(body) }
}

function toBytes(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : body
}
