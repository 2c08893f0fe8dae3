import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { ConnectionPool } from '../../src/daemon/connection-pool.ts'
import type { Work } from '../../src/daemon/http-connection.ts'

interface Served {
  readonly socket: Socket
  readonly work: Work
  stops: number
}

/** A server whose connections wait in a pool of two, and those that are served, in order. */
async function startServer(t: ExecutionContext, partingMs?: number) {
  const served: Served[] = []
  const connections: { stop(): void }[] = []
  const pool = new ConnectionPool(
    2,
    (socket, work) => {
      const entry = { socket, work, stops: 0 }
      served.push(entry)
      socket.resume()
      server.emit('served')
      const stop = () => {
        entry.stops += 1
      }
      return { stop }
    },
    partingMs,
  )
  const server: Server = createServer({ allowHalfOpen: true }, socket => {
    connections.push(pool.admit(socket))
    server.emit('admitted')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const open = async () => {
    const admitted = once(server, 'admitted')
    const client = connect(port, '127.0.0.1')
    t.teardown(() => client.destroy())
    client.resume()
    await admitted
    return client
  }
  t.teardown(() => server.close())
  return { served, connections, open, server }
}

test('the connection that waits longest for its client gives way to a new one', async t => {
  const { served, open } = await startServer(t)
  const first = await open()
  await open()
  await open()
  await once(first, 'close')
  t.is(served.length, 3)
  t.deepEqual(
    served.map(({ socket }) => socket.destroyed),
    [true, false, false],
  )
})

test('one that has worked since waits less long than one that has not', async t => {
  const { served, open } = await startServer(t)
  await open()
  const second = await open()
  served[0]?.work.begin()
  served[0]?.work.end()
  await new Promise(setImmediate)
  await open()
  await once(second, 'close')
  t.false(served[0]?.socket.destroyed)
})

test('while all are at work a new one waits, and what an ended one still has to say is said', async t => {
  const { served, open, server } = await startServer(t)
  const first = await open()
  await open()
  for (const { work } of served) work.begin()
  await open()
  t.is(served.length, 2)
  const next = once(server, 'served')
  const heard = once(first, 'data')
  served[0]?.work.end()
  served[0]?.socket.write('answer')
  await next
  t.is(String((await heard)[0]), 'answer')
  await once(first, 'close')
  t.is(served.length, 3)
})

test('one that gives way and does not read what is said to it is cut off', async t => {
  const { served, open } = await startServer(t, 50)
  const first = await open()
  first.pause()
  served[0]?.socket.write(Buffer.alloc(2 ** 24))
  await open()
  await open()
  const [longest] = served
  if (longest?.socket.closed === false) await once(longest.socket, 'close')
  t.true(longest?.socket.destroyed)
})

test('a place that is left goes to who waits', async t => {
  const { served, open, server } = await startServer(t)
  await open()
  await open()
  for (const { work } of served) work.begin()
  const patient = await open()
  const next = once(server, 'served')
  served[0]?.socket.destroy()
  await next
  t.is(served.length, 3)
  t.is(served[2]?.socket.remotePort, patient.localPort)
})

test('to stop reaches those that are served, and ends those that wait', async t => {
  const { served, connections, open } = await startServer(t)
  await open()
  await open()
  for (const { work } of served) work.begin()
  const waiting = await open()
  const ended = once(waiting, 'close')
  for (const connection of connections) connection.stop()
  await ended
  t.deepEqual(
    served.map(({ stops }) => stops),
    [1, 1],
  )
})
