import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Attack } from './attack.ts'
import { splitResponses } from './responses.ts'

/** What a sender in a guest's namespace is told on its stdin. */
export interface SenderWish {
  readonly host: string
  readonly attacks: readonly Attack[]
  /** A request of the guest's that asks the server to close. */
  readonly probe: string
  /** Headers that are also sent by HTTP/2, which haproxy speaks to whoever begins with it. */
  readonly byHttp2: readonly Readonly<Record<string, string>>[]
}

/** All that came back on a connection, and on the next, which is one for both ways to send an attack. */
export interface SenderSeen {
  readonly name: string
  readonly received: string
  readonly fresh: string
}

/** For a body that never comes. */
const patienceMs = 100
const silenceLimitMs = 5000

const { host, attacks, probe, byHttp2 } = (await json(process.stdin)) as SenderWish
const jobs: Readonly<Record<string, () => Promise<string>>>[] = [
  ...attacks.map(({ name, bytes }) => ({
    [`${name}, then a request`]: () => exchange(socket => sendInTurn(socket, bytes)),
    [`${name}, with a request`]: () => exchange(socket => socket.end(encode(bytes + probe))),
  })),
  ...byHttp2.map(headers => ({
    [`HTTP/2 ${JSON.stringify(headers)}`]: () => exchangeByHttp2(headers),
  })),
]
const seen: SenderSeen[] = []
await Promise.all(Array.from({ length: 64 }, work))
process.stdout.write(JSON.stringify(seen))

async function work(): Promise<void> {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const received: [name: string, text: string][] = []
    for (const [name, send] of Object.entries(job)) received.push([name, await send()])
    const fresh = await exchange(socket => socket.write(encode(probe)))
    seen.push(...received.map(([name, text]) => ({ name, received: text, fresh })))
  }
}

/** Gives what the server sends until it closes. */
function exchange(send: (socket: Socket) => void): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = connect({ host, port: 80, allowHalfOpen: true })
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', text => {
    received += text
  })
  socket.on('connect', () => send(socket))
  socket.on('end', () => socket.destroy())
  // A server that answers before it has read everything resets the connection.
  socket.on('error', () => socket.destroy())
  socket.on('close', () => resolve(received))
  socket.setTimeout(silenceLimitMs, () => socket.destroy())
  return promise
}

/** The next request goes out once the server has answered, or waits for more. */
function sendInTurn(socket: Socket, bytes: string): void {
  let received = ''
  const goOn = () => {
    clearTimeout(waiting)
    socket.off('data', receive)
    socket.end(encode(probe))
  }
  const receive = (text: string) => {
    received += text
    const { responses, rest } = splitResponses(received)
    if (responses.length > 0 && rest === '') goOn()
  }
  const waiting = setTimeout(goOn, patienceMs)
  socket.on('data', receive)
  socket.on('close', () => clearTimeout(waiting))
  socket.write(encode(bytes))
}

function exchangeByHttp2(headers: Readonly<Record<string, string>>): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const session = connectHttp2(`http://${host.includes(':') ? `[${host}]` : host}`)
  const [, path] = probe.split(' ')
  const stream = session.request({ ':path': path, ...headers })
  let received = ''
  stream.setEncoding('latin1')
  stream.on('response', answer => {
    received = `HTTP/1.1 ${answer[':status']} by HTTP/2\r\ncontent-length: ${answer['content-length']}\r\n\r\n`
  })
  stream.on('data', text => {
    received += text
  })
  session.on('error', () => session.destroy())
  stream.on('error', () => session.destroy())
  stream.on('close', () => session.destroy())
  session.on('close', () => resolve(received))
  return promise
}

function encode(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
