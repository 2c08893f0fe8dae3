import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

// Run by Node.js in a guest's namespace, as a program of the guest: `probe-network.ts ACT [WORD…]`; prints JSON.

export const ECHO_PORT = 7777

export interface Target {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
}

export interface Exchanged {
  /** Bytes that came back as they were. */
  readonly tcp: number
  readonly udp: number
}

/** Sends back what comes by TCP and UDP, until its stdin ends. */
async function echo(): Promise<void> {
  const server = createServer(socket => socket.pipe(socket)).listen(ECHO_PORT)
  const datagrams = createSocket('udp4')
  datagrams.on('message', (message, { address, port }) => datagrams.send(message, port, address))
  datagrams.bind(ECHO_PORT)
  await Promise.all([once(server, 'listening'), once(datagrams, 'listening')])
  process.stdout.write('ready\n')
  process.stdin.resume()
  await once(process.stdin, 'end')
  process.exit()
}

/** What comes back of a megabyte by TCP and of a datagram. */
async function exchange(address: string, datagramBytes: number): Promise<Exchanged> {
  const stream = Buffer.alloc(2 ** 20, 'stream of bytes ')
  const socket = connect({ host: address, port: ECHO_PORT })
  socket.write(stream)
  const back: Buffer[] = []
  for await (const chunk of socket) {
    back.push(chunk)
    if (back.reduce((sum, { length }) => sum + length, 0) >= stream.length) break
  }
  const datagram = Buffer.alloc(datagramBytes, 'datagram ')
  return {
    tcp: Buffer.concat(back).equals(stream) ? stream.length : 0,
    udp: (await answerTo(address, datagram)).equals(datagram) ? datagram.length : 0,
  }
}

async function answerTo(address: string, datagram: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4')
  const answer = once(socket, 'message')
  socket.send(datagram, ECHO_PORT, address)
  const [message] = await Promise.race([answer, delay(3000, [Buffer.alloc(0)])])
  socket.close()
  return message
}

/** The servers that offer a machine an address, by their server identifiers: `most`, or those before a second's silence (RFC 2131). */
async function offers(macAddress: string, most: number): Promise<string[]> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  const found = new Set<string>()
  socket.on('message', message => {
    if (message.readUInt32BE(4) === TRANSACTION) found.add(serverOf(message))
  })
  socket.bind(68)
  await once(socket, 'listening')
  socket.setBroadcast(true)
  socket.send(discover(macAddress), 67, '255.255.255.255')
  const first = once(socket, 'message')
  await Promise.race([first, delay(5000)])
  for (let left = 100; left > 0 && found.size < most; left -= 1) await delay(10)
  socket.close()
  return [...found].sort()
}

const TRANSACTION = 0x1ab1ab1a

/** A DHCPDISCOVER that asks for an answer by broadcast. */
function discover(macAddress: string): Buffer {
  const message = Buffer.alloc(300)
  message.set([1, 1, 6, 0])
  message.writeUInt32BE(TRANSACTION, 4)
  message.writeUInt16BE(0x8000, 10)
  message.set(Buffer.from(macAddress.replaceAll(':', ''), 'hex'), 28)
  message.set([99, 130, 83, 99, 53, 1, 1, 255], 236)
  return message
}

/** Option 54. */
function serverOf(message: Buffer): string {
  for (let at = 240; at < message.length && message[at] !== 255; at += 2 + (message[at + 1] ?? 0))
    if (message[at] === 54) return [...message.subarray(at + 2, at + 6)].join('.')
  return 'nobody'
}

/** Those of the targets that answer, be it with a refusal; `tcp 169.254.169.253:80`. */
async function answering(targets: readonly Target[]): Promise<string[]> {
  const answered = await Promise.all(targets.map(knock))
  return targets.flatMap(({ protocol, address, port }, index) =>
    answered[index] ? [`${protocol} ${address}:${port}`] : [],
  )
}

async function knock({ protocol, address, port }: Target): Promise<boolean> {
  const answer = protocol === 'tcp' ? knockTcp(address, port) : knockUdp(address, port)
  return await Promise.race([answer, delay(600, false)])
}

async function knockTcp(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    return isRefusal(error)
  } finally {
    socket.destroy()
  }
}

async function knockUdp(address: string, port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  try {
    socket.connect(port, address)
    await once(socket, 'connect')
    socket.send('anybody there?')
    await once(socket, 'message')
    return true
  } catch (error) {
    return isRefusal(error)
  }
}

/** Routers say that a host is unreachable; only the host itself refuses. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
}

const [, , act, first = '', second = ''] = process.argv
if (act === 'echo') await echo()
const acts: Readonly<Record<string, () => Promise<unknown>>> = {
  exchange: () => exchange(first, Number(second)),
  offers: () => offers(first, Number(second)),
  answering: () => answering(JSON.parse(first)),
}
process.stdout.write(JSON.stringify(await acts[act ?? '']?.()))
process.exit()
