import type { Socket } from 'node:net'
import type { NovaOutcome, NovaRequest } from '../neutron/metadata-agent/nova-request.ts'
import { AnswerReader, type ReadAnswer } from './http-answer.ts'
import { reasonOf } from './tls-reason.ts'
import { writeRequest } from './write-request.ts'

/** What comes of a request on one connection. */
export type ConnectionOutcome =
  | ({ readonly kind: 'answer' } & Pick<ReadAnswer, 'answer' | 'broken'>)
  | Exclude<NovaOutcome, { kind: 'answer' }>

/** A connection to nova that takes one request at a time; one that cannot be made shows in its request's outcome. */
export class NovaConnection {
  readonly #socket: Socket
  #pending: Pending | undefined
  #isUsable = true
  #hasHeard = false

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', packet => this.#receive(packet))
    socket.on('end', () => this.#end(false, 'nova closed the connection'))
    socket.on('error', error =>
      this.#end(true, reasonOf(error) || String(error), isOfNetwork(error)),
    )
    // A TLS connection that is cut in its handshake ends without another word.
    socket.on('close', () => this.#end(true, 'the connection closed'))
  }

  /** Whether it can take another request. */
  get isUsable(): boolean {
    return this.#isUsable
  }

  /** Whether a byte of an answer to the last request came. */
  get hasHeard(): boolean {
    return this.#hasHeard
  }

  /** The limit is for the connection, and then for each packet of the answer anew. */
  ask(request: NovaRequest, timeoutMs: number): Promise<ConnectionOutcome> {
    this.#hasHeard = false
    return new Promise(resolve => {
      const timer = setTimeout(() => this.#giveUp(), timeoutMs)
      this.#pending = { resolve, timer, reader: new AnswerReader(request.method) }
      this.#socket.write(writeOnce(request))
    })
  }

  close(): void {
    this.#fail('unreachable', 'closed')
  }

  #receive(packet: Buffer): void {
    this.#hasHeard = true
    this.#pending?.timer.refresh()
    if (this.#pending === undefined) this.close()
    else this.#read(({ reader }) => reader.receive(packet))
  }

  #end(isReset: boolean, reason: string, isCutOff = false): void {
    this.#read(({ reader }) => reader.end(isReset))
    this.#finish({ kind: 'unreachable', reason, ...(isCutOff ? { isCutOff } : {}) }, false)
  }

  /** Silence is a read timeout; before there is a connection, and in a body, it counts as a connection error. */
  #giveUp(): void {
    const isConnecting = this.#socket.connecting
    const hasHead = this.#pending?.reader.hasHead === true
    this.#fail(isConnecting || hasHead ? 'unreachable' : 'failed', 'nova is silent')
  }

  #read(take: (pending: Pending) => ReadAnswer | undefined): void {
    if (this.#pending === undefined) return
    try {
      const read = take(this.#pending)
      if (read === undefined) return
      const { answer, broken, closes } = read
      this.#finish({ kind: 'answer', answer, broken }, !closes)
    } catch (error) {
      this.#fail('unreachable', `not HTTP: ${error instanceof Error ? error.message : error}`)
    }
  }

  #fail(kind: 'unreachable' | 'failed', reason: string): void {
    this.#finish({ kind, reason }, false)
  }

  #finish(outcome: ConnectionOutcome, isUsable: boolean): void {
    const pending = this.#pending
    this.#pending = undefined
    this.#isUsable = isUsable
    if (!isUsable) this.#socket.destroy()
    clearTimeout(pending?.timer)
    pending?.resolve(outcome)
  }
}

interface Pending {
  readonly resolve: (outcome: ConnectionOutcome) => void
  readonly timer: NodeJS.Timeout
  readonly reader: AnswerReader
}

/** What the kernel says where no packet comes through; a host that refuses is there. */
function isOfNetwork(error: NodeJS.ErrnoException): boolean {
  return ['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'].includes(error.code ?? '')
}

function writeOnce(request: NovaRequest): Buffer {
  const before = written.get(request)
  if (before !== undefined) return before
  const bytes = writeRequest(request)
  if (request.body.length === 0) written.set(request, bytes)
  return bytes
}

/** The same request is sent again and again. */
const written = new WeakMap<NovaRequest, Buffer>()
