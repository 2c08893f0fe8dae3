import type { Headers } from '../wsgi/headers.ts'
import { Memory } from '../wsgi/memory.ts'
import { type Framing, readFraming } from './http-body.ts'
import type { RequestHead } from './http-request.ts'

/** A head, and what its server makes of the headers. */
export interface KnownHead {
  readonly head: RequestHead
  readonly headers: Headers
  readonly framing: Framing
}

/** Heads that were read before: clients repeat themselves, and most requests are a head and nothing else. */
export class KnownHeads {
  readonly #memory = new Memory<KnownHead>({ longest: longestBytes })
  readonly #foldHeaders: (lines: RequestHead['headers']) => Headers

  constructor(foldHeaders: (lines: RequestHead['headers']) => Headers) {
    this.#foldHeaders = foldHeaders
  }

  /** The head that these bytes are, if it is known and nothing stands behind it. */
  find(bytes: Buffer): KnownHead | undefined {
    return bytes.length > longestBytes ? undefined : this.#memory.find(bytes.toString('latin1'))
  }

  /** Folds and keeps a head that was read from these bytes. */
  learn(bytes: Buffer, head: RequestHead): KnownHead {
    const headers = this.#foldHeaders(head.headers)
    const known = { head, headers, framing: readFraming(head.headers) }
    return this.#memory.keep(bytes.toString('latin1', 0, head.sizeBytes), known)
  }
}

const longestBytes = 1024
