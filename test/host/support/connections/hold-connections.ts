import { connect, type NetConnectOpts, type Socket } from 'node:net'

/** What a client does with its connection: nothing, too little, or too slowly. */
export type Habit = keyof typeof habits

export interface HoldWish {
  readonly to: NetConnectOpts
  readonly counts: Readonly<Partial<Record<Habit, number>>>
}

const path = '/openstack/latest/user_data'
const habits = {
  /** Says nothing. */
  idle: () => undefined,
  /** Sends a byte of its headers now and then. */
  slowHead: (socket: Socket) => drip(socket, `GET ${path} HTTP/1.1\r\nX-Slow: `),
  /** Sends a byte of its body now and then. */
  slowBody: (socket: Socket) =>
    drip(socket, `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n`),
  /** Says that it has nothing more to say, in the middle of a request, and stays. */
  halfClosed: (socket: Socket) => socket.end(`GET ${path} HTTP/1.1\r\nX-Half: `),
  /** Says at once that it has nothing to say, and stays. */
  mute: (socket: Socket) => socket.end(),
  /** Asks, and does not read. */
  deaf: (socket: Socket) => {
    socket.pause()
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
  },
}

const held: Socket[] = []
const dripping: Socket[] = []

/** Holds connections until its stdin ends; says when it holds them all, and in the end how many were left to it. */
async function hold({ to, counts }: HoldWish): Promise<void> {
  const wanted = Object.entries(counts).flatMap(([habit, count]) =>
    Array.from({ length: count }, () => habit as Habit),
  )
  await Promise.all(Array.from({ length: 100 }, () => openNext(wanted, to)))
  const dripper = setInterval(() => {
    for (const socket of dripping) socket.write('x')
  }, 500)
  process.stdout.write('holding\n')
  process.stdin.resume()
  process.stdin.on('end', () => {
    clearInterval(dripper)
    process.stdout.write(`${held.filter(socket => !socket.destroyed).length}\n`)
    for (const socket of held) leave(socket, to)
  })
}

async function openNext(wanted: Habit[], to: NetConnectOpts): Promise<void> {
  for (let habit = wanted.pop(); habit !== undefined; habit = wanted.pop()) {
    const socket = await open(to)
    held.push(socket)
    habits[habit](socket)
  }
}

/** Again where the server's queue of connections is full. */
function open(to: NetConnectOpts): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = connect({ ...to, allowHalfOpen: true })
  const refuse = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EAGAIN') setTimeout(() => resolve(open(to)), 5)
    else reject(error)
  }
  socket.once('error', refuse)
  socket.once('connect', () => {
    socket.off('error', refuse)
    // A server may have enough of such clients.
    socket.on('error', () => socket.destroy())
    resolve(socket)
  })
  return promise
}

/** By a reset where TCP has one: the ports of so many closed ones would be out of use for a minute. */
function leave(socket: Socket, to: NetConnectOpts): void {
  if ('path' in to) socket.destroy()
  else socket.resetAndDestroy()
}

function drip(socket: Socket, head: string): void {
  socket.write(head)
  socket.resume()
  dripping.push(socket)
}

const [, , wish = ''] = process.argv
if (process.argv[1] === import.meta.filename) await hold(JSON.parse(wish))
