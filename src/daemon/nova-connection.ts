import { connect, type Socket } from 'node:net'
import type { NovaOutcome, NovaRequest } from '../neutron/metadata-agent/nova-request.ts'
import { type ReadAnswer, readAnswer } from './http-answer.ts'

/** A connection to nova that takes one request at a time. */
export interface NovaConnection {
  /** Whether it can take another request. */
  isUsable(): boolean
  ask(request: NovaRequest, timeoutMs: number): Promise<NovaOutcome>
  close(): void
}

/** Begins to connect; a connection that cannot be made shows in the outcome of its request. */
export function openNovaConnection(where: { host: string; port: number }): NovaConnection {
  const socket = connect(where)
  let usable = true
  let pending: Pending | undefined
  const finish = (outcome: NovaOutcome, keep: boolean) => {
    const { resolve, timer } = pending ?? {}
    pending = undefined
    usable = keep
    clearTimeout(timer)
    if (!keep) socket.destroy()
    resolve?.(outcome)
  }
  const read = (ended: boolean) => {
    const done = pending && tryRead(pending, ended)
    if (done === 'malformed') finish({ kind: 'unreachable' }, false)
    else if (done) finish({ kind: 'answer', answer: done.answer }, !done.closes)
    else if (ended || pending === undefined) finish({ kind: 'unreachable' }, false)
  }
  socket.setNoDelay(true)
  socket.on('data', chunk => {
    pending?.received.push(chunk)
    read(false)
  })
  socket.on('end', () => read(true))
  socket.on('error', () => finish({ kind: 'unreachable' }, false))
  return {
    isUsable: () => usable,
    ask(request, timeoutMs) {
      return new Promise(resolve => {
        const timer = setTimeout(() => finish({ kind: 'timeout' }, false), timeoutMs)
        pending = { resolve, timer, method: request.method, received: [] }
        send(socket, request)
      })
    },
    close: () => finish({ kind: 'unreachable' }, false),
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

function send(socket: Socket, { method, target, headers, body }: NovaRequest): void {
  const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\r\n')
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n\r\n`, 'latin1')
  socket.write(body.length === 0 ? head : Buffer.concat([head, body]))
}
