import type { Headers } from '../wsgi/headers.ts'
import { GrowingBytes } from './growing-bytes.ts'
import { openRequestBody, type RequestBody } from './http-body.ts'
import { MalformedRequest, type RequestHead, readRequestHead } from './http-request.ts'
import { type KnownHead, KnownHeads } from './known-heads.ts'

export interface ReadRequest {
  readonly method: string
  readonly target: string
  readonly version: string
  readonly headers: Headers
  readonly body: Buffer
}

export interface ReaderOptions {
  /** What the server makes of the headers as they came. */
  foldHeaders(lines: RequestHead['headers']): Headers
  /** The longest request line, its end included. */
  readonly requestLineLimitBytes: number
  /** How many headers a request may have; as many as its head holds unless told. */
  readonly headerLimit?: number
}

export class RequestLineTooLong extends MalformedRequest {
  override readonly name = 'RequestLineTooLong'
}

export class TooManyHeaders extends MalformedRequest {
  override readonly name = 'TooManyHeaders'
  readonly method: string

  constructor(method: string) {
    super('too many headers')
    this.method = method
  }
}

/** Makes requests of the packets of one connection, pipelined or not. */
export class RequestReader {
  readonly #options: ReaderOptions
  readonly #known: KnownHeads
  /** What has come and belongs to no body that is known yet. */
  #received = new GrowingBytes()
  #searchedBytes = 0
  /** The request whose head is read and whose body is coming. */
  #opened: (KnownHead & { readonly body: RequestBody }) | undefined

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#known = knownHeadsOf(options)
  }

  /** How much waits to be read by `take`. */
  get waitingBytes(): number {
    return this.#received.sizeBytes
  }

  /** The headers of a request whose body is not all there. */
  get openHeaders(): Headers | undefined {
    return this.#opened?.headers
  }

  receive(packet: Buffer): void {
    if (this.waitingBytes === 0) this.#received = new GrowingBytes(packet)
    else this.#received.append(packet)
  }

  /** The next request; undefined while it is not all there. Throws MalformedRequest, of which two are told apart. */
  take(): ReadRequest | undefined {
    this.#opened ??= this.#open()
    if (this.#opened === undefined) return undefined
    const { head, headers, body } = this.#opened
    if (!body.isComplete) this.#drop(body.take(this.#received.bytes))
    if (!body.isComplete) return undefined
    this.#opened = undefined
    const { method, target, version } = head
    return { method, target, version, headers, body: body.bytes }
  }

  #open() {
    const known = this.#openKnown() ?? this.#openNew()
    return known && { ...known, body: openRequestBody(known.framing) }
  }

  #openKnown(): KnownHead | undefined {
    const known = this.#searchedBytes > 0 ? undefined : this.#known.find(this.#received.bytes)
    if (known !== undefined) this.#drop(this.waitingBytes)
    return known
  }

  #openNew(): KnownHead | undefined {
    const { bytes } = this.#received
    this.#throwOnLongLine(bytes)
    const head = readRequestHead(bytes, this.#searchedBytes)
    if (head === undefined && bytes.length > headLimitBytes) {
      throw new MalformedRequest('the head has no end')
    }
    this.#searchedBytes = head === undefined ? bytes.length : 0
    if (head === undefined) return undefined
    const { headerLimit = Number.POSITIVE_INFINITY } = this.#options
    if (head.headers.length > headerLimit) throw new TooManyHeaders(head.method)
    const known = this.#known.learn(bytes, head)
    this.#drop(head.sizeBytes)
    return known
  }

  #throwOnLongLine(bytes: Buffer): void {
    const end = bytes.indexOf('\n')
    const sizeBytes = end < 0 ? bytes.length : end + 1
    if (sizeBytes >= this.#options.requestLineLimitBytes) throw new RequestLineTooLong()
  }

  #drop(sizeBytes: number): void {
    const isAll = sizeBytes === this.#received.sizeBytes
    this.#received = new GrowingBytes(isAll ? undefined : this.#received.bytes.subarray(sizeBytes))
  }
}

/** The same ones for all connections of a server. */
function knownHeadsOf(options: ReaderOptions): KnownHeads {
  const before = knownHeads.get(options)
  if (before !== undefined) return before
  const known = new KnownHeads(options.foldHeaders)
  knownHeads.set(options, known)
  return known
}

const knownHeads = new WeakMap<ReaderOptions, KnownHeads>()
const headLimitBytes = 65_536
