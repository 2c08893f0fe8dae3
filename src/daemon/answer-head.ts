import { findHeader } from '../wsgi/find-header.ts'
import { Memory } from '../wsgi/memory.ts'

/** The head of an answer, as Python's http.client reads it. */
export interface AnswerHead {
  readonly status: number
  /** Names as they came; the values of one that came more than once are joined where the first stands. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** What stands in the first Content-Length; null without one. */
  readonly firstLength: string | null
  /** The server keeps the connection for no other request. */
  readonly closes: boolean
}

/** A server that does not speak HTTP/1. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer'
}

/**
 * Reads a head, up to its empty line or to where the connection has ended. A header that is none ends the headers: what
 * stands behind it is not looked at (http.client, email.feedparser). Throws MalformedAnswer.
 */
export function readAnswerHead(text: string): AnswerHead {
  return knownHeads.recall(text, readNewHead)
}

function readNewHead(text: string): AnswerHead {
  const lineEnd = text.indexOf('\n')
  const statusLine = lineEnd < 0 ? text : text.slice(0, lineEnd)
  const [, version = '', digits = ''] = statusPattern.exec(statusLine) ?? []
  if (digits === '')
    throw new MalformedAnswer(`not a status line: ${statusLine.slice(0, 80).trim()}`)
  const lines = lineEnd < 0 ? [] : text.slice(lineEnd + 1).split(/\r\n|\r|\n/)
  throwOnTooMuch(statusLine, lines)
  const fields = readFields(lines)
  const headers = fields.length < 2 ? fields : joinRepeated(fields)
  const connection = findHeader(headers, 'connection')?.toLowerCase()
  const isOld = version === '1.0' || version === '0.9'
  return {
    status: Number(digits),
    headers,
    firstLength: findHeader(fields, 'content-length') ?? null,
    closes: connection?.includes('close') ?? isOld,
  }
}

function throwOnTooMuch(statusLine: string, lines: readonly string[]): void {
  const end = lines.indexOf('')
  if ((end < 0 ? lines.length : end) + 1 > headerLimit) throw new MalformedAnswer('over 99 headers')
  if (statusLine.length >= lineLimitBytes || lines.some(line => line.length >= lineLimitBytes - 1))
    throw new MalformedAnswer('a line of more than 64 KiB')
}

type Field = [name: string, value: string]

function readFields(lines: readonly string[]): Field[] {
  const fields: Field[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    const last = fields.at(-1)
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (last !== undefined) last[1] += `\r\n${line}`
    } else if (colon > 0 && namePattern.test(line.slice(0, colon))) {
      fields.push([line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+/, '')])
    } else if (colon !== 0) return fields
  }
  return fields
}

function joinRepeated(fields: readonly Field[]): Field[] {
  const joined = new Map<string, Field>()
  for (const [name, value] of fields) {
    const first = joined.get(name.toLowerCase())
    if (first === undefined) joined.set(name.toLowerCase(), [name, value])
    else first[1] += `, ${value}`
  }
  return [...joined.values()]
}

/** Within a second, nova's answers to the same request have the same head. */
const knownHeads = new Memory<AnswerHead>()
const statusPattern = /^HTTP\/(1\.\d*|0\.9)\s+\+?0*([1-9]\d\d)(?:\s|$)/
/** Printable characters but the colon. */
const namePattern = /^[!-9;-~]*$/
/** Of http.client, the empty line included. */
const headerLimit = 100
const lineLimitBytes = 65_536
