import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** What a server does on a connection: sends a text, waits seconds, resets the connection, or is silent. */
export type Act = string | number | 'rst' | 'hang'

/** A TCP server that reads a request on each connection and then does as it is told, byte for byte. */
export async function startUpstream(connections: readonly (readonly Act[])[]) {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  let count = 0
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.setNoDelay(true)
    // A client that has what it needs, or gives up, may reset the connection.
    socket.on('error', () => socket.destroy())
    const acts = connections[Math.min(count, connections.length - 1)] ?? []
    count += 1
    void serve(socket, acts)
  })
  const serve = async (socket: Socket, acts: readonly Act[]) => {
    const request = await readRequest(socket)
    seen.push(request.replaceAll(`:${port}`, ':PORT'))
    for (const act of acts) {
      if (act === 'rst') return void socket.resetAndDestroy()
      if (act === 'hang') return
      if (typeof act === 'number') await delay(act * 1000)
      else socket.write(Buffer.from(act.replaceAll('@PORT@', String(port)), 'latin1'))
    }
    socket.end()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    port,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function readRequest(socket: Socket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let text = ''
  socket.on('data', packet => {
    text += packet.toString('latin1')
    const headEnd = text.indexOf('\r\n\r\n')
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0)
    if (headEnd >= 0 && text.length >= headEnd + 4 + length) resolve(text)
  })
  socket.on('close', () => resolve(text))
  return promise
}
