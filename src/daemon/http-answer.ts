import type { NovaAnswer } from '../neutron/metadata-agent/nova-request.ts'
import { findHeadEnd } from './find-head-end.ts'

/** An answer taken off a connection. */
export interface ReadAnswer {
  readonly answer: NovaAnswer
  /** The connection serves no further request. */
  readonly closes: boolean
}

/** A server that does not speak HTTP/1. */
class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer'
}

/**
 * Reads the answer to a request from what has been received so far; undefined while it is not all there. `ended`
 * says that nothing more will come, which is where a body without a length ends. Throws MalformedAnswer.
 */
export function readAnswer(bytes: Buffer, method: string, ended: boolean): ReadAnswer | undefined {
  const headEnd = findHeadEnd(bytes)
  if (headEnd === undefined) return undefined
  const head = bytes.toString('latin1', 0, headEnd).trimEnd()
  const [statusLine = '', ...lines] = head.split(/\r?\n/)
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1])
  if (Number.isNaN(status)) throw new MalformedAnswer(statusLine.slice(0, 80))
  const received = bytes.subarray(headEnd)
  if (status < 200) return readAnswer(received, method, ended)
  const headers = lines.map(splitHeader)
  const find = (name: string) => headers.find(([key]) => key.toLowerCase() === name)?.[1]
  const read = readBody(
    received,
    method === 'HEAD' || status === 204 || status === 304,
    ended,
    find,
  )
  if (read === undefined) return undefined
  const isOld = statusLine.startsWith('HTTP/1.0')
  const connection = find('connection')?.toLowerCase() ?? (isOld ? 'close' : '')
  const closes = read.closes || connection.includes('close') || ended
  return { answer: { status, headers, body: read.body }, closes }
}

interface Body {
  readonly body: Buffer
  readonly closes: boolean
}

function readBody(
  bytes: Buffer,
  isEmpty: boolean,
  ended: boolean,
  find: (name: string) => string | undefined,
): Body | undefined {
  if (isEmpty) return { body: bytes.subarray(0, 0), closes: bytes.length > 0 }
  if (find('transfer-encoding')?.toLowerCase().includes('chunked')) return joinChunks(bytes)
  const length = find('content-length')
  if (length === undefined) return ended ? { body: bytes, closes: true } : undefined
  const size = Number(length)
  if (!Number.isSafeInteger(size) || size < 0) throw new MalformedAnswer(`length ${length}`)
  if (bytes.length < size) return undefined
  return { body: bytes.subarray(0, size), closes: bytes.length > size }
}

function joinChunks(bytes: Buffer): Body | undefined {
  const chunks: Buffer[] = []
  for (let position = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', position)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', position, lineEnd), 16)
    if (Number.isNaN(size)) throw new MalformedAnswer('not a chunk size')
    const start = lineEnd + 2
    if (size === 0) return findTrailerEnd(bytes, lineEnd, Buffer.concat(chunks))
    if (bytes.length < start + size + 2) return undefined
    chunks.push(bytes.subarray(start, start + size))
    position = start + size + 2
  }
}

function findTrailerEnd(bytes: Buffer, lineEnd: number, body: Buffer): Body | undefined {
  const end = bytes.indexOf('\r\n\r\n', lineEnd)
  return end < 0 ? undefined : { body, closes: bytes.length > end + 4 }
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':')
  if (colon <= 0) throw new MalformedAnswer(`not a header: ${line.slice(0, 80)}`)
  return [line.slice(0, colon), line.slice(colon + 1).trim()]
}
