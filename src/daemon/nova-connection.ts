import { connect, type Socket } from 'node:net'
import type { NovaOutcome, NovaRequest } from '../neutron/metadata-agent/nova-request.ts'
import { type ReadAnswer, readAnswer } from './http-answer.ts'

/** A connection to nova that takes one request at a time; one that cannot be made shows in its request's outcome. */
export class NovaConnection {
  readonly #socket: Socket
  #pending: Pending | undefined
  #isUsable = true
  #hasHeard = false

  constructor(where: { host: string; port: number }) {
    this.#socket = connect(where)
    this.#socket.setNoDelay(true)
    this.#socket.on('data', chunk => this.#receive(chunk))
    this.#socket.on('end', () => this.#end())
    this.#socket.on('error', () => this.close())
  }

  /** Whether it can take another request. */
  get isUsable(): boolean {
    return this.#isUsable
  }

  /** Whether a byte of an answer to the last request came. */
  get hasHeard(): boolean {
    return this.#hasHeard
  }

  ask(request: NovaRequest, timeoutMs: number): Promise<NovaOutcome> {
    this.#hasHeard = false
    return new Promise(resolve => {
      const timer = setTimeout(() => this.#finish({ kind: 'timeout' }, false), timeoutMs)
      this.#pending = { resolve, timer, method: request.method, received: [] }
      this.#socket.write(writeRequest(request))
    })
  }

  /** A request at hand becomes unreachable. */
  close(): void {
    this.#finish({ kind: 'unreachable' }, false)
  }

  #receive(chunk: Buffer): void {
    this.#hasHeard = true
    this.#pending?.received.push(chunk)
    const read = this.#pending ? tryRead(this.#pending, false) : 'unasked'
    if (read === 'malformed' || read === 'unasked') this.close()
    else if (read !== undefined) this.#finish({ kind: 'answer', answer: read.answer }, !read.closes)
  }

  #end(): void {
    const read = this.#pending && tryRead(this.#pending, true)
    if (read === undefined || read === 'malformed') this.close()
    else this.#finish({ kind: 'answer', answer: read.answer }, false)
  }

  #finish(outcome: NovaOutcome, isUsable: boolean): void {
    const pending = this.#pending
    this.#pending = undefined
    this.#isUsable = isUsable
    if (!isUsable) this.#socket.destroy()
    clearTimeout(pending?.timer)
    pending?.resolve(outcome)
  }
}

interface Pending {
  readonly resolve: (outcome: NovaOutcome) => void
  readonly timer: NodeJS.Timeout
  readonly method: string
  readonly received: Buffer[]
}

function tryRead(pending: Pending, ended: boolean): ReadAnswer | 'malformed' | undefined {
  const { received, method } = pending
  const [first = Buffer.alloc(0), ...others] = received
  const bytes = others.length === 0 ? first : Buffer.concat(received)
  received.splice(0, received.length, bytes)
  try {
    return readAnswer(bytes, method, ended)
  } catch {
    // Whatever is wrong with it, python-requests reports a connection error.
    return 'malformed'
  }
}

function writeRequest({ method, target, headers, body }: NovaRequest): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\r\n')
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n\r\n`, 'latin1')
  return body.length === 0 ? head : Buffer.concat([head, body])
}
