import type { Headers } from '../wsgi/headers.ts'
import { GrowingBytes } from './growing-bytes.ts'
import { openRequestBody, type RequestBody } from './http-body.ts'
import { MalformedRequest, type RequestHead, readRequestHead } from './http-request.ts'

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
}

export class RequestLineTooLong extends MalformedRequest {
  override readonly name = 'RequestLineTooLong'
}

/** Makes requests of the packets of one connection, pipelined or not. */
export class RequestReader {
  readonly #options: ReaderOptions
  /** What has come and belongs to no body that is known yet. */
  #received = new GrowingBytes()
  #searchedBytes = 0
  /** The request whose head is read and whose body is coming. */
  #opened: { readonly head: RequestHead; readonly headers: Headers; body: RequestBody } | undefined

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  /** How much waits to be read by `take`. */
  get waitingBytes(): number {
    return this.#received.bytes.length
  }

  /** The headers of a request whose body is not all there. */
  get openHeaders(): Headers | undefined {
    return this.#opened?.headers
  }

  receive(packet: Buffer): void {
    if (this.waitingBytes === 0) this.#received = new GrowingBytes(packet)
    else this.#received.append(packet)
  }

  /** The next request; undefined while it is not all there. Throws MalformedRequest and RequestLineTooLong. */
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
    const { bytes } = this.#received
    this.#throwOnLongLine(bytes)
    const head = readRequestHead(bytes, this.#searchedBytes)
    if (head === undefined && bytes.length > headLimitBytes) {
      throw new MalformedRequest('the head has no end')
    }
    this.#searchedBytes = head === undefined ? bytes.length : 0
    if (head === undefined) return undefined
    const headers = this.#options.foldHeaders(head.headers)
    this.#drop(head.sizeBytes)
    return { head, headers, body: openRequestBody(headers) }
  }

  #throwOnLongLine(bytes: Buffer): void {
    const end = bytes.indexOf('\n')
    const sizeBytes = end < 0 ? bytes.length : end + 1
    if (sizeBytes >= this.#options.requestLineLimitBytes) throw new RequestLineTooLong()
  }

  #drop(sizeBytes: number): void {
    this.#received = new GrowingBytes(this.#received.bytes.subarray(sizeBytes))
  }
}

const headLimitBytes = 65_536
