import type { Socket } from 'node:net'
import type { Answer } from '../wsgi/answer.ts'
import { MalformedRequest } from './http-request.ts'
import { writeResponse } from './http-response.ts'
import { writeRefusal } from './refusal.ts'
import { type ReaderOptions, type ReadRequest, RequestReader } from './request-reader.ts'

export interface HttpRequest extends ReadRequest {
  /** Address of the peer; empty on a UNIX socket. */
  readonly peer: string
}

export interface HttpOptions extends ReaderOptions {
  /** Undefined closes the connection without an answer. Does not throw. */
  answer(request: HttpRequest): Answer | undefined | Promise<Answer | undefined>
  log(request: HttpRequest, status: number, sizeBytes: number, startedMs: number): void
  /** How the server writes an answer, and after which requests it keeps the connection; HTTP/1.1's way unless told. */
  readonly write?: (answer: Answer, request: HttpRequest, keepAlive: boolean) => Buffer
  readonly isKeptAlive?: (request: HttpRequest) => boolean
  /** Whether a peer that expects it is told to send its body; eventlet does so, whether the body is there or not. */
  readonly invitesBody?: boolean
  /** For a head, the next packet of a body, and a peer to read; as long as the guest's proxy waits unless told. */
  readonly patienceMs?: number
}

/** Told before a request is worked on, and when its answer is there. */
export interface Work {
  begin(): void
  end(): void
}

/** Serves the requests of one connection, one after the other, pipelined or not. */
export class HttpConnection {
  readonly #socket: Socket
  readonly #options: HttpOptions
  readonly #work: Work | undefined
  readonly #reader: RequestReader
  /** `over`: the last answer is on its way, and nobody reads what still comes. */
  #state: 'reading' | 'busy' | 'over' = 'reading'
  #isStopping = false
  #hasPeerEnded = false
  #isInvited = false
  #patience: NodeJS.Timeout | undefined

  constructor(socket: Socket, options: HttpOptions, work?: Work) {
    this.#socket = socket
    this.#options = options
    this.#work = work
    this.#reader = new RequestReader(options)
    socket.setNoDelay(true)
    socket.on('data', packet => this.#receive(packet))
    socket.on('end', () => this.#endReading())
    socket.on('close', () => clearTimeout(this.#patience))
    // A peer that resets its connection has no further interest.
    socket.on('error', () => socket.destroy())
  }

  /** Closes after the request at hand, or at once when there is none. */
  stop(): void {
    this.#isStopping = true
    if (this.#state === 'reading') this.#finish()
  }

  /** The peer has sent all of its requests, of which some may still wait. */
  #endReading(): void {
    this.#hasPeerEnded = true
    if (this.#state === 'reading') this.#finish()
  }

  #receive(packet: Buffer): void {
    if (this.#state === 'over') return
    this.#reader.receive(packet)
    if (this.#state === 'reading') this.#serve()
    else if (this.#reader.waitingBytes > pipelineLimitBytes) this.#socket.pause()
  }

  /** One request after the other, until there is none or its answer takes time. */
  #serve(): void {
    while (this.#state === 'reading' && this.#serveNext());
  }

  /** Whether there was one. */
  #serveNext(): boolean {
    const request = this.#takeRequest()
    if (request !== undefined) this.#respond(request)
    return request !== undefined
  }

  #takeRequest(): ReadRequest | undefined {
    try {
      const request = this.#reader.take()
      if (request !== undefined) return request
      if (this.#hasPeerEnded) this.#finish()
      else this.#awaitRest()
    } catch (error) {
      if (!(error instanceof MalformedRequest)) throw error
      this.#finish(writeRefusal(error))
    }
    return undefined
  }

  /** Only a request that has begun is waited for with limits; between two requests a proxy may take its time. */
  #awaitRest(): void {
    const headers = this.#reader.openHeaders
    if (headers !== undefined) this.#inviteBody(headers)
    if (headers !== undefined) this.#bePatient()
    else if (this.#reader.waitingBytes > 0 && this.#patience === undefined) this.#bePatient()
  }

  /** A peer that expects it holds its body back until it is asked for. */
  #inviteBody(headers: HttpRequest['headers']): void {
    if (this.#isInvited || this.#options.invitesBody === false) return
    if (headers.get('expect')?.trim().toLowerCase() !== '100-continue') return
    this.#isInvited = true
    this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n')
  }

  #beDone(): void {
    clearTimeout(this.#patience)
    this.#patience = undefined
  }

  #bePatient(): void {
    clearTimeout(this.#patience)
    const { patienceMs = haproxyPatienceMs } = this.#options
    this.#patience = setTimeout(() => this.#socket.destroy(), patienceMs)
  }

  #respond(read: ReadRequest): void {
    this.#state = 'busy'
    if (read.body.length > 0) this.#inviteBody(read.headers)
    this.#isInvited = false
    this.#beDone()
    const request = { ...read, peer: this.#socket.remoteAddress ?? '' }
    const startedMs = performance.now()
    this.#work?.begin()
    const answer = this.#options.answer(request)
    // What is there at once is spared a turn of promises.
    if (answer instanceof Promise) void this.#sendLater(request, answer, startedMs)
    else this.#send(request, answer, startedMs)
  }

  async #sendLater(
    request: HttpRequest,
    answer: Promise<Answer | undefined>,
    startedMs: number,
  ): Promise<void> {
    this.#send(request, await answer, startedMs)
    this.#serve()
  }

  #send(request: HttpRequest, answer: Answer | undefined, startedMs: number): void {
    this.#work?.end()
    const { write = writeResponse, isKeptAlive = isKeptAliveByHttp } = this.#options
    const keepAlive = isKeptAlive(request) && !this.#isStopping
    const bytes = answer && write(answer, request, keepAlive)
    this.#options.log(request, answer?.status ?? 0, bytes?.length ?? 0, startedMs)
    if (bytes === undefined) this.#socket.destroy()
    else if (!keepAlive) this.#finishAnswered(bytes, request)
    else if (this.#socket.write(bytes)) this.#goOn()
    else this.#awaitReader()
  }

  /** A peer that asks and does not read the answers would have them pile up here, and stay for ever. */
  #awaitReader(): void {
    this.#bePatient()
    this.#socket.once('drain', () => this.#goOnLater())
  }

  #goOnLater(): void {
    this.#beDone()
    this.#goOn()
    this.#serve()
  }

  #goOn(): void {
    if (this.#socket.destroyed) return
    this.#state = 'reading'
    this.#socket.resume()
    if (this.#isStopping) this.#finish()
  }

  /**
   * On a UNIX socket a peer reads what was written before the close, and the end right behind it: two events less for
   * each request of haproxy, which makes a connection for every one.
   */
  #finishAnswered(bytes: Buffer, { peer }: HttpRequest): void {
    const mayCloseAtOnce = peer === '' && this.#reader.waitingBytes === 0
    if (mayCloseAtOnce) this.#socket.write(bytes)
    if (mayCloseAtOnce && this.#socket.writableLength === 0) this.#socket.destroy()
    else this.#finish(mayCloseAtOnce ? undefined : bytes)
  }

  /** The last bytes; a peer that goes on sending, or does not close, is cut off when patience ends. */
  #finish(bytes?: Buffer | string): void {
    this.#state = 'over'
    if (bytes === undefined) this.#socket.end()
    else this.#socket.end(bytes)
    this.#socket.resume()
    if (!this.#socket.destroyed) this.#bePatient()
  }
}

function isKeptAliveByHttp({ version, headers }: HttpRequest): boolean {
  const connection = headers.get('connection')?.toLowerCase() ?? ''
  if (version === 'HTTP/1.0') return connection.includes('keep-alive')
  return !connection.includes('close')
}

const pipelineLimitBytes = 65_536
/** `timeout http-request` of the haproxy before the agent, which gives up no later. */
const haproxyPatienceMs = 30_000
