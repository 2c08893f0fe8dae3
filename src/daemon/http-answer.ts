import type { NovaAnswer } from '../neutron/metadata-agent/nova-request.ts'
import { type AnswerBody, hasCertainEnd, openAnswerBody } from './answer-body.ts'
import { type AnswerHead, MalformedAnswer, readAnswerHead } from './answer-head.ts'
import { findHeadEnd } from './find-head-end.ts'
import { GrowingBytes } from './growing-bytes.ts'

/** An answer taken off a connection. */
export interface ReadAnswer {
  readonly answer: NovaAnswer
  /** The connection serves no further request. */
  readonly closes: boolean
  /** What is wrong with the body: less than its length came, or it cannot be read at all. */
  readonly broken: 'short' | 'unreadable' | null
}

/**
 * Reads one answer from packets, as Python's http.client and urllib3 do: however it is cut into packets, it is the same,
 * and each byte is copied once or twice.
 */
export class AnswerReader {
  readonly #method: string
  #received = new GrowingBytes()
  #searchedBytes = 0
  #head: AnswerHead | undefined
  #body: AnswerBody | undefined

  constructor(method: string) {
    this.#method = method
  }

  /** Whether the head is there, and the body is waited for. */
  get hasHead(): boolean {
    return this.#head !== undefined
  }

  /** Takes a packet; gives the answer when it is all there. Throws MalformedAnswer on what is not HTTP/1. */
  receive(packet: Buffer): ReadAnswer | undefined {
    if (this.#body !== undefined) return this.#take(packet)
    if (this.#received.bytes.length === 0) this.#received = new GrowingBytes(packet)
    else this.#received.append(packet)
    return this.#open(findHeadEnd(this.#received.bytes, Math.max(0, this.#searchedBytes - 2)))
  }

  /**
   * Nothing more comes, for the peer has closed or, with `isReset`, broken the connection. Undefined where no answer
   * has begun. Throws MalformedAnswer.
   */
  end(isReset: boolean): ReadAnswer | undefined {
    const { length } = this.#received.bytes
    if (this.#head === undefined && (isReset || length === 0)) return undefined
    const read = this.#head === undefined ? this.#open(length) : undefined
    return read ?? (this.#head === undefined ? undefined : this.#finish(true, isReset))
  }

  #open(headEnd: number | undefined): ReadAnswer | undefined {
    const { bytes } = this.#received
    if (headEnd === undefined) {
      if (bytes.length > headLimitBytes) throw new MalformedAnswer('the head has no end')
      this.#searchedBytes = bytes.length
      return undefined
    }
    const head = readAnswerHead(bytes.toString('latin1', 0, headEnd))
    const rest = bytes.subarray(headEnd)
    if (head.status === 100) return this.#openNext(rest)
    this.#head = head
    this.#body = openAnswerBody(head, this.#method)
    return this.#take(rest)
  }

  /** Python passes over 100 Continue, and over no other preliminary answer. */
  #openNext(rest: Buffer): ReadAnswer | undefined {
    this.#received = new GrowingBytes()
    this.#searchedBytes = 0
    return rest.length === 0 ? undefined : this.receive(rest)
  }

  #take(packet: Buffer): ReadAnswer | undefined {
    this.#body?.take(packet)
    return this.#body?.isComplete ? this.#finish(false, false) : undefined
  }

  #finish(hasEnded: boolean, isReset: boolean): ReadAnswer | undefined {
    const { head, body } = { head: this.#head, body: this.#body }
    if (head === undefined || body === undefined) return undefined
    const { status, headers } = head
    const broken = isReset ? 'unreadable' : hasEnded ? body.atEnd : body.broken
    const isOver = head.closes || hasEnded || body.hasMore || broken !== null
    const closes = isOver || !hasCertainEnd(head, this.#method)
    return { answer: { status, headers, body: body.join() }, closes, broken }
  }
}

/** A hundred lines of the longest kind. */
const headLimitBytes = 100 * 65_536
