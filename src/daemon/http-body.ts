import { MalformedRequest } from './http-request.ts'

/** A request's body, cut off the bytes of its connection. */
export interface ReadBody {
  readonly body: Buffer
  /** How many bytes of the connection it took. */
  readonly sizeBytes: number
}

/**
 * A body by its length, or chunked; none without either. A chunked one is taken off the connection and counts as
 * empty, since WebOb does not read a body without a length. Undefined while it is not all there. Throws
 * MalformedRequest.
 */
export function readRequestBody(
  headers: ReadonlyMap<string, string>,
  bytes: Buffer,
): ReadBody | undefined {
  if (headers.get('transfer-encoding')?.toLowerCase().includes('chunked')) return skipChunks(bytes)
  const size = readLength(headers.get('content-length')?.trim() ?? '0')
  if (bytes.length < size) return undefined
  return { body: bytes.subarray(0, size), sizeBytes: size }
}

function readLength(text: string): number {
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(size <= sizeLimitBytes)) throw new MalformedRequest(`Content-Length ${text.slice(0, 40)}`)
  return size
}

function skipChunks(bytes: Buffer): ReadBody | undefined {
  let position = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\n', position)
    if (lineEnd < 0) return undefined
    const size = readChunkSize(bytes.toString('latin1', position, lineEnd))
    position = lineEnd + 1
    if (size === 0) return skipTrailers(bytes, position)
    position += size + 2
    if (position > sizeLimitBytes) throw new MalformedRequest('chunks without end')
    if (position > bytes.length) return undefined
  }
}

function readChunkSize(line: string): number {
  const text = line.trim().split(';', 1)[0] ?? ''
  if (!/^[0-9a-f]{1,8}$/i.test(text)) throw new MalformedRequest('not a chunk size')
  return Number.parseInt(text, 16)
}

function skipTrailers(bytes: Buffer, start: number): ReadBody | undefined {
  let position = start
  for (;;) {
    const lineEnd = bytes.indexOf('\n', position)
    if (lineEnd < 0) return undefined
    const isBlank = bytes.toString('latin1', position, lineEnd).trim() === ''
    position = lineEnd + 1
    if (isBlank) return { body: Buffer.alloc(0), sizeBytes: position }
  }
}

/** A guest's POST is held in memory; no file of the API needs more. */
const sizeLimitBytes = 16 * 1024 * 1024
