import { GrowingBytes } from './growing-bytes.ts'
import { MalformedRequest, type RequestHead } from './http-request.ts'

/** What a head says of the body behind it. */
export interface Framing {
  readonly isChunked: boolean
  /** Of Content-Length, as it came; those of several joined with a comma. */
  readonly length: string | undefined
}

/**
 * From headers as they came: with an underscore a name is another one here, though WSGI makes the same of both. A proxy
 * passes it on without a thought, and would be of another opinion about where the request ends.
 */
export function readFraming(headers: RequestHead['headers']): Framing {
  const find = (name: string) =>
    headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value.trim())
  const lengths = find('content-length')
  return {
    isChunked: find('transfer-encoding').some(value => value.toLowerCase().includes('chunked')),
    length: lengths.length === 0 ? undefined : lengths.join(','),
  }
}

/** A request's body while it comes. */
export interface RequestBody {
  readonly isComplete: boolean
  /** What of it is held. */
  readonly bytes: Buffer
  /** Takes from a packet what belongs to it, and tells how many bytes that were. Throws MalformedRequest. */
  take(packet: Buffer): number
}

/**
 * A body by its length, or chunked; an empty one without either. Of a long one the first 64 KiB are held and the rest
 * is taken off the connection: nova looks at no body but a password's, whose 1020 bytes either has passed by then.
 * A chunked one counts as empty, since WebOb does not read a body without a length. Throws MalformedRequest.
 */
export function openRequestBody({ isChunked, length }: Framing): RequestBody {
  if (isChunked) return new ChunkedBody()
  return length === undefined ? noBody : new SizedBody(readLength(length))
}

function readLength(text: string): number {
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(size)) throw new MalformedRequest(`Content-Length ${text.slice(0, 40)}`)
  return size
}

const noBody: RequestBody = { isComplete: true, bytes: Buffer.alloc(0), take: () => 0 }

class SizedBody implements RequestBody {
  readonly #held = new GrowingBytes()
  #leftBytes: number

  constructor(sizeBytes: number) {
    this.#leftBytes = sizeBytes
  }

  get isComplete(): boolean {
    return this.#leftBytes === 0
  }

  get bytes(): Buffer {
    return this.#held.bytes
  }

  take(packet: Buffer): number {
    const taken = packet.subarray(0, this.#leftBytes)
    this.#leftBytes -= taken.length
    const room = heldLimitBytes - this.#held.sizeBytes
    if (room > 0) this.#held.append(taken.subarray(0, room))
    return taken.length
  }
}

/** Holds nothing but the line that it is in, of a chunk's size or a trailer. */
class ChunkedBody implements RequestBody {
  readonly bytes = Buffer.alloc(0)
  isComplete = false
  #line = ''
  /** Of the chunk at hand and the line end behind it. */
  #leftBytes = 0
  #isTrailing = false
  #takenBytes = 0

  take(packet: Buffer): number {
    let position = 0
    while (position < packet.length && !this.isComplete) {
      position +=
        this.#leftBytes > 0 ? this.#skip(packet.length - position) : this.#read(packet, position)
    }
    this.#takenBytes += position
    if (this.#takenBytes > chunkedLimitBytes) throw new MalformedRequest('chunks without end')
    return position
  }

  #skip(sizeBytes: number): number {
    const skipped = Math.min(sizeBytes, this.#leftBytes)
    this.#leftBytes -= skipped
    return skipped
  }

  #read(packet: Buffer, start: number): number {
    const lineEnd = packet.indexOf('\n', start)
    const end = lineEnd < 0 ? packet.length : lineEnd + 1
    if (this.#line.length + end - start > lineLimitBytes) throw new MalformedRequest('a long line')
    this.#line += packet.toString('latin1', start, end)
    if (lineEnd >= 0) this.#finishLine()
    return end - start
  }

  #finishLine(): void {
    const line = this.#line.trim()
    this.#line = ''
    if (this.#isTrailing) this.isComplete = line === ''
    else this.#enterChunk(readChunkSize(line))
  }

  #enterChunk(sizeBytes: number): void {
    this.#isTrailing = sizeBytes === 0
    this.#leftBytes = sizeBytes === 0 ? 0 : sizeBytes + 2
  }
}

function readChunkSize(line: string): number {
  const text = line.split(';', 1)[0] ?? ''
  if (!/^[0-9a-f]{1,8}$/i.test(text)) throw new MalformedRequest('not a chunk size')
  return Number.parseInt(text, 16)
}

/** Room for any password, and little enough that a thousand connections of a guest that means harm do no harm. */
const heldLimitBytes = 64 * 1024
/** The line with a chunk's size, or a trailer. */
const lineLimitBytes = 8192
/** All of a body that never says how long it is. */
const chunkedLimitBytes = 16 * 1024 * 1024
