import type { Socket } from 'node:net'
import type { Answer } from '../wsgi/answer.ts'
import type { Headers } from '../wsgi/headers.ts'
import { readRequestBody } from './http-body.ts'
import { MalformedRequest, type RequestHead, readRequestHead } from './http-request.ts'
import { writeResponse } from './http-response.ts'

export interface HttpRequest {
  readonly method: string
  readonly target: string
  readonly version: string
  readonly headers: Headers
  readonly body: Buffer
  /** Address of the peer; empty on a UNIX socket. */
  readonly peer: string
}

export interface HttpOptions {
  /** What the server makes of the headers as they came. */
  foldHeaders(lines: RequestHead['headers']): Headers
  /** The longest request line, its end included; longer ones get eventlet's 414. */
  readonly requestLineLimitBytes: number
  /** Undefined closes the connection without an answer. Does not throw. */
  answer(request: HttpRequest): Answer | undefined | Promise<Answer | undefined>
  log(request: HttpRequest, status: number, sizeBytes: number, startedMs: number): void
}

/** Serves the requests of one connection, one after the other, pipelined or not. */
export class HttpConnection {
  readonly #socket: Socket
  readonly #options: HttpOptions
  #received: Buffer = Buffer.alloc(0)
  #isBusy = false
  #isInvited = false
  /** No further request: the peer has sent all of its own, or we are to stop. */
  #isLast = false

  constructor(socket: Socket, options: HttpOptions) {
    this.#socket = socket
    this.#options = options
    socket.setNoDelay(true)
    socket.on('data', chunk => this.#receive(chunk))
    socket.on('end', () => this.stop())
    // A peer that resets its connection has no further interest.
    socket.on('error', () => socket.destroy())
  }

  /** Closes after the request at hand, or at once when there is none. */
  stop(): void {
    this.#isLast = true
    if (!this.#isBusy) this.#socket.end()
  }

  #receive(chunk: Buffer): void {
    const before = this.#received
    this.#received = before.length === 0 ? chunk : Buffer.concat([before, chunk])
    if (!this.#isBusy) this.#serveNext()
    else if (this.#received.length > pipelineLimitBytes) this.#socket.pause()
  }

  #serveNext(): void {
    try {
      const request = this.#takeRequest()
      if (request !== undefined) void this.#respond(request)
      else if (this.#isLast) this.#socket.end()
    } catch (error) {
      if (!(error instanceof MalformedRequest)) throw error
      this.#socket.end(badRequest)
    }
  }

  /** The next request; undefined while it is not all there. */
  #takeRequest(): HttpRequest | undefined {
    if (this.#isLineTooLong()) return void this.#socket.end(uriTooLong)
    const head = readRequestHead(this.#received)
    if (head === undefined) return this.#throwOnLongHead()
    const headers = this.#options.foldHeaders(head.headers)
    const read = readRequestBody(headers, this.#received.subarray(head.sizeBytes))
    if (read === undefined) return this.#inviteBody(headers)
    this.#received = this.#received.subarray(head.sizeBytes + read.sizeBytes)
    this.#isInvited = false
    const { method, target, version } = head
    return {
      method,
      target,
      version,
      headers,
      body: read.body,
      peer: this.#socket.remoteAddress ?? '',
    }
  }

  #isLineTooLong(): boolean {
    const end = this.#received.indexOf('\n')
    const sizeBytes = end < 0 ? this.#received.length : end + 1
    return sizeBytes >= this.#options.requestLineLimitBytes
  }

  #throwOnLongHead(): undefined {
    if (this.#received.length > headLimitBytes) throw new MalformedRequest('the head has no end')
  }

  /** A peer that expects it holds its body back until it is asked for. */
  #inviteBody(headers: Headers): undefined {
    const isExpected = headers.get('expect')?.trim().toLowerCase() === '100-continue'
    if (!isExpected || this.#isInvited) return
    this.#isInvited = true
    this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n')
  }

  async #respond(request: HttpRequest): Promise<void> {
    this.#isBusy = true
    const startedMs = performance.now()
    const answer = await this.#options.answer(request)
    this.#isBusy = false
    const keepAlive = isKeptAlive(request) && !this.#isLast
    const bytes = answer && writeResponse(answer, request.method, keepAlive)
    this.#options.log(request, answer?.status ?? 0, bytes?.length ?? 0, startedMs)
    if (bytes === undefined) this.#socket.destroy()
    else if (!keepAlive) this.#socket.end(bytes)
    else this.#goOn(bytes)
  }

  #goOn(bytes: Buffer): void {
    if (this.#socket.destroyed) return
    this.#socket.write(bytes)
    this.#socket.resume()
    if (this.#received.length > 0) this.#serveNext()
  }
}

function isKeptAlive({ version, headers }: HttpRequest): boolean {
  const connection = headers.get('connection')?.toLowerCase() ?? ''
  if (version === 'HTTP/1.0') return connection.includes('keep-alive')
  return !connection.includes('close')
}

const badRequest = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'
/** Written as eventlet writes it, HTTP/1.0 included. */
const uriTooLong =
  'HTTP/1.0 414 Request URI Too Long\r\nConnection: close\r\nContent-length: 0\r\n\r\n'
const headLimitBytes = 65_536
const pipelineLimitBytes = 65_536
