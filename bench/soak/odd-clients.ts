import { connect, type Socket } from 'node:net'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Clients that no one wants, until SIGTERM: some leave within a head or a body, some close their half, some ask twice at
 * once, some say nothing. Those that wait for an answer get theirs, or this ends with exit code 1.
 */
const where = { host: '169.254.169.254', port: 80, allowHalfOpen: true }
const get = 'GET /openstack/latest/meta_data.json HTTP/1.1\r\nHost: x\r\n'
const post =
  'POST /openstack/latest/meta_data.json HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n'

const odd: readonly (() => Promise<void>)[] = [
  () => leave('GET /openst'),
  () => leave(`${get}X-Forwarded-`),
  () => leave(`${post}half`),
  () => leave(`${get}\r\n`),
  () => leave(''),
  () => requireAnswers(1, socket => socket.end(`${get}Connection: close\r\n\r\n`)),
  () => requireAnswers(2, socket => socket.write(`${get}\r\n${get}Connection: close\r\n\r\n`)),
  () => requireAnswers(1, socket => drip(socket, `${get}Connection: close\r\n\r\n`)),
]

let isOver = false
process.once('SIGTERM', () => {
  isOver = true
})
const idle = Array.from({ length: 50 }, () => connect(where).on('error', () => undefined))
process.stdout.write('begun\n')
while (!isOver) {
  await Promise.all(odd.map(client => client()))
  await delay(100)
}
for (const socket of idle) socket.destroy()

/** Says something and resets the connection. */
async function leave(words: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = connect(where, () =>
    socket.write(words, () => setTimeout(() => socket.resetAndDestroy(), 5)),
  )
  socket.on('error', () => undefined).on('close', () => resolve())
  await promise
}

async function requireAnswers(count: number, ask: (socket: Socket) => unknown): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect(where, () => ask(socket))
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text
  })
  socket.on('end', () => {
    socket.end()
    const answers = received.match(/HTTP\/1\.1 200 /g)?.length ?? 0
    if (answers === count) resolve()
    else reject(new Error(`${answers} answers for ${count} requests: ${received.slice(0, 200)}`))
  })
  socket.on('error', reject)
  await promise
}

async function drip(socket: Socket, words: string): Promise<void> {
  for (const character of words) {
    socket.write(character)
    await delay(1)
  }
}
