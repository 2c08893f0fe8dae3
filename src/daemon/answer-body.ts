import { findHeader } from '../wsgi/find-header.ts'
import type { AnswerHead } from './answer-head.ts'

/** An answer's body while it comes. */
export interface AnswerBody {
  readonly isComplete: boolean
  /** More came than belongs to it. */
  readonly hasMore: boolean
  /** What is wrong with it when it is complete, and when the connection ends before. */
  readonly broken: 'unreadable' | null
  readonly atEnd: 'short' | 'unreadable' | null
  take(packet: Buffer): void
  join(): Buffer
}

/** The body that a head announces: none, by chunks, by its length, or whatever comes until the connection ends. */
export function openAnswerBody(head: AnswerHead, method: string): AnswerBody {
  const { status, headers, firstLength } = head
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return new Sized(0)
  const encodings = findHeader(headers, 'transfer-encoding')?.toLowerCase().split(',') ?? []
  if (encodings.some(encoding => encoding.trim() === 'chunked')) return new Chunked()
  const lengths = findHeader(headers, 'content-length')?.split(',').map(readLength) ?? []
  const isAmbiguous = new Set(lengths).size > 1 && !lengths.some(Number.isNaN)
  if (isAmbiguous) return new Unreadable()
  const length = firstLength === null ? Number.NaN : readLength(firstLength)
  return length >= 0 ? new Sized(length) : new Sized(Number.POSITIVE_INFINITY)
}

/**
 * Whether nobody can be of another opinion about where an answer ends, so that what comes behind it on the connection is
 * the next one. Python has no need to know, since its agent makes a connection for every request.
 */
export function hasCertainEnd({ status, headers }: AnswerHead, method: string): boolean {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return false
  const encoding = findHeader(headers, 'transfer-encoding')
  const length = findHeader(headers, 'content-length')
  if (encoding === undefined) return /^\d+$/.test(length ?? '')
  return encoding === 'chunked' && length === undefined
}

/** As Python's int() reads it; NaN for what is no number. */
function readLength(text: string): number {
  return /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN
}

class Parts {
  readonly #parts: Buffer[] = []
  sizeBytes = 0

  add(part: Buffer): void {
    if (part.length === 0) return
    this.#parts.push(part)
    this.sizeBytes += part.length
  }

  join(): Buffer {
    const [first = Buffer.alloc(0), ...others] = this.#parts
    return others.length === 0 ? first : Buffer.concat(this.#parts, this.sizeBytes)
  }
}

/** Infinite where only the connection's end tells. */
class Sized implements AnswerBody {
  readonly #parts = new Parts()
  readonly #sizeBytes: number
  readonly broken = null
  hasMore = false

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes
  }

  get isComplete(): boolean {
    return this.#parts.sizeBytes === this.#sizeBytes
  }

  get atEnd(): 'short' | null {
    return this.isComplete || this.#sizeBytes === Number.POSITIVE_INFINITY ? null : 'short'
  }

  take(packet: Buffer): void {
    const left = this.#sizeBytes - this.#parts.sizeBytes
    this.hasMore = packet.length > left
    this.#parts.add(this.hasMore ? packet.subarray(0, left) : packet)
  }

  join(): Buffer {
    return this.#parts.join()
  }
}

/** Two lengths that differ. */
class Unreadable implements AnswerBody {
  readonly isComplete = true
  readonly hasMore = true
  readonly broken = 'unreadable'
  readonly atEnd = 'unreadable'

  take(): void {
    // Nobody reads it.
  }

  join(): Buffer {
    return Buffer.alloc(0)
  }
}

/** As urllib3 reads chunks: what ends a chunk is passed over unseen, and trailers may be cut. */
class Chunked implements AnswerBody {
  readonly #parts = new Parts()
  #line = ''
  /** Of the chunk at hand, then of the two bytes behind it. */
  #leftBytes = 0
  #skipBytes = 0
  #isTrailing = false
  isComplete = false
  hasMore = false
  broken: 'unreadable' | null = null

  get atEnd(): 'unreadable' | null {
    return this.#isTrailing ? this.broken : 'unreadable'
  }

  take(packet: Buffer): void {
    let position = 0
    while (position < packet.length && !this.isComplete) position += this.#read(packet, position)
    this.hasMore = position < packet.length
  }

  join(): Buffer {
    return this.#parts.join()
  }

  #read(packet: Buffer, start: number): number {
    if (this.#leftBytes > 0) {
      const part = packet.subarray(start, start + this.#leftBytes)
      this.#parts.add(part)
      this.#leftBytes -= part.length
      return part.length
    }
    const skipped = Math.min(this.#skipBytes, packet.length - start)
    this.#skipBytes -= skipped
    return skipped > 0 ? skipped : this.#readLine(packet, start)
  }

  #readLine(packet: Buffer, start: number): number {
    const lineEnd = packet.indexOf('\n', start)
    const end = lineEnd < 0 ? packet.length : lineEnd + 1
    this.#line += packet.toString('latin1', start, end)
    if (lineEnd >= 0 || this.#line.length > lineLimitBytes) this.#finishLine()
    return end - start
  }

  #finishLine(): void {
    const line = this.#line
    this.#line = ''
    if (this.#isTrailing) this.isComplete = line === '\r\n'
    else this.#enterChunk(chunkSizePattern.exec(line)?.[1])
  }

  #enterChunk(digits: string | undefined): void {
    const sizeBytes = Number.parseInt(digits?.replaceAll('_', '') ?? '', 16)
    this.broken = Number.isSafeInteger(sizeBytes) ? null : 'unreadable'
    this.isComplete = this.broken !== null
    this.#isTrailing = sizeBytes === 0
    this.#leftBytes = sizeBytes
    this.#skipBytes = this.#isTrailing ? 0 : 2
  }
}

/** As Python's int(…, 16) reads it, in front of an extension. */
const chunkSizePattern = /^\s*\+?(?:0x)?([0-9a-f]+(?:_[0-9a-f]+)*)\s*(?:;|$)/i
const lineLimitBytes = 65_536
