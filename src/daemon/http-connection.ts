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
  /** Undefined closes the connection without an answer. */
  answer(request: HttpRequest): Answer | undefined | Promise<Answer | undefined>
  log(request: HttpRequest, status: number, sizeBytes: number, startedMs: number): void
}

/** Serves the requests of one connection, one after the other, pipelined or not. */
export function serveConnection(socket: Socket, options: HttpOptions): HttpConnection {
  let received: Buffer = Buffer.alloc(0)
  let busy = false
  let ended = false
  let stopping = false
  let continued = false

  const receive = (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    if (busy && received.length > pipelineLimitBytes) socket.pause()
    next()
  }
  const next = () => {
    if (busy || socket.destroyed) return
    try {
      takeRequest()
    } catch (error) {
      if (!(error instanceof MalformedRequest)) throw error
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    }
  }
  const takeRequest = () => {
    const head = readHead(received, options)
    if (head === 'too long') return void socket.end(uriTooLong)
    if (head === undefined) return closeIfDone()
    const headers = options.foldHeaders(head.headers)
    const read = readRequestBody(headers, received.subarray(head.sizeBytes))
    if (read === undefined) return inviteBody(headers)
    received = received.subarray(head.sizeBytes + read.sizeBytes)
    continued = false
    const peer = socket.remoteAddress ?? ''
    const { method, target, version } = head
    void respond({ method, target, version, headers, body: read.body, peer })
  }
  const inviteBody = (headers: Headers) => {
    if (!continued && headers.get('expect')?.toLowerCase() === '100-continue') {
      continued = true
      socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    } else closeIfDone()
  }
  const respond = async (request: HttpRequest) => {
    busy = true
    const startedMs = performance.now()
    const answer = await options.answer(request)
    const keepAlive = isKeptAlive(request) && !stopping
    const bytes = answer && writeResponse(answer, request.method, keepAlive)
    options.log(request, answer?.status ?? 0, bytes?.length ?? 0, startedMs)
    busy = false
    if (socket.destroyed) return
    if (bytes === undefined) return void socket.destroy()
    if (!keepAlive) return void socket.end(bytes)
    socket.write(bytes)
    socket.resume()
    next()
  }
  const closeIfDone = () => {
    if ((ended || stopping) && !busy) socket.end()
  }

  socket.setNoDelay(true)
  socket.on('data', receive)
  socket.on('end', () => {
    ended = true
    closeIfDone()
  })
  // A peer that resets its connection has no further interest.
  socket.on('error', () => socket.destroy())
  return {
    stop() {
      stopping = true
      if (!busy) socket.end()
    },
  }
}

export interface HttpConnection {
  /** Closes after the request at hand, or at once when there is none. */
  stop(): void
}

function readHead(bytes: Buffer, options: HttpOptions): RequestHead | 'too long' | undefined {
  const lineEnd = bytes.indexOf('\n')
  const lineSize = lineEnd < 0 ? bytes.length : lineEnd + 1
  if (lineSize >= options.requestLineLimitBytes) return 'too long'
  const head = readRequestHead(bytes)
  if (head === undefined && bytes.length > headLimitBytes) throw new MalformedRequest('long head')
  return head
}

function isKeptAlive({ version, headers }: HttpRequest): boolean {
  const connection = headers.get('connection')?.toLowerCase() ?? ''
  if (version === 'HTTP/1.0') return connection.includes('keep-alive')
  return !connection.includes('close')
}

/** Written as eventlet writes it, HTTP/1.0 included. */
const uriTooLong =
  'HTTP/1.0 414 Request URI Too Long\r\nConnection: close\r\nContent-length: 0\r\n\r\n'
const headLimitBytes = 65_536
const pipelineLimitBytes = 65_536
