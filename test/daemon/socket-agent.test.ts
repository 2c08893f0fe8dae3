import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import test from 'ava'
import { createNovaClient } from '../../src/daemon/nova-client.ts'
import { serveAsSocketAgent } from '../../src/daemon/socket-agent.ts'
import { indexPorts } from '../../src/neutron/metadata-agent/port-index.ts'
import { goldenAgentConfig } from '../golden/cloud.ts'
import { exchangeBytes } from './raw-client.ts'
import { startUpstream } from './upstream.ts'

const answer = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok'
const request = [
  'GET / HTTP/1.1',
  'X-Forwarded-For: 10.77.0.11',
  'X-Neutron-Network-ID: a0000000-0000-4000-8000-00000000000a',
  '\r\n',
].join('\r\n')

test('a peer that is silent is cut off after its time', async t => {
  await using agent = await startAgent([answer], 100)
  const socket = connect(agent.port, '127.0.0.1')
  await once(socket, 'close')
  t.is(socket.bytesRead, 0)
})

test('one that has its answer and stays is, too', async t => {
  await using agent = await startAgent([answer], 100)
  const socket = connect({ port: agent.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.write(request)
  const [packet] = await once(socket, 'data')
  t.true(String(packet).endsWith('\r\n\r\nok'))
  const [connection] = await agent.accepted
  if (!connection.destroyed) await once(connection, 'close')
  socket.destroy()
})

test('one whose answer takes longer than that is not', async t => {
  await using agent = await startAgent([0.4, answer], 100)
  const socket = connect(agent.port, '127.0.0.1')
  socket.write(request)
  const [packet] = await once(socket, 'data')
  t.true(String(packet).endsWith('\r\n\r\nok'))
  socket.destroy()
})

const head = request.slice(0, -'\r\n'.length)
const takes = test.macro({
  title: (_, what: string) => `of a POST's body goes on ${what}`,
  async exec(t, _: string, lines: string, body: string, expected: string) {
    await using agent = await startAgent([answer], 5000)
    const post = head.replace('GET', 'POST')
    const bytes = await exchangeBytes(agent.at, `${post}${lines}\r\n\r\n${body}`)
    t.true(String(bytes).endsWith('\r\n\r\nok'))
    t.is(agent.seen[0]?.split('\r\n\r\n')[1], expected)
  },
})

test(takes, 'what its length says', 'Content-Length: 3', 'hello', 'hel')
test(takes, 'all there is for a length that is none', 'Content-Length: abc', 'hello', 'hello')
test(takes, 'all there is for a negative length', 'Content-Length: -1', 'hello', 'hello')
test(takes, 'all there is without a length', 'A: b', 'hello', 'hello')
test(takes, 'all whatever another header says', 'Content_Length: 2', 'hello', 'hello')

const isNotAnswered = test.macro({
  title: (_, what: string) => `${what} is not answered, as nothing that the agent does not expect`,
  async exec(t, _: string, bytes: Buffer) {
    await using agent = await startAgent([answer], 5000)
    t.is(String(await exchangeBytes(agent.at, bytes)), '')
    t.deepEqual(agent.seen, [])
  },
})

const latin1 = (text: string) => Buffer.from(text, 'latin1')
test(isNotAnswered, 'a header in Latin-1', latin1(`${head}User-Agent: caf\xe9\r\n\r\n`))
test(isNotAnswered, 'a body that is not UTF-8', latin1(`${request}\xff\xfe`))
test(
  isNotAnswered,
  'a target of another scheme, of an unknown guest too',
  latin1(request.replace('GET /', 'GET x:80').replace('0.11', '0.99')),
)

/** The socket-server agent before a nova that does as told. */
async function startAgent(acts: readonly (string | number)[], patienceMs: number) {
  const nova = await startUpstream([acts])
  const config = {
    ...goldenAgentConfig(),
    release: '2026.1' as const,
    nova_metadata_port: nova.port,
  }
  const client = createNovaClient(config)
  const context = { config, ports: indexPorts(config.ports), nova: client, log }
  const server = createServer({ allowHalfOpen: true }, socket => {
    serveAsSocketAgent(socket, context, patienceMs)
  })
  const accepted = once(server, 'connection')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    port,
    at: { host: '127.0.0.1', port },
    seen: nova.seen,
    accepted,
    async [Symbol.asyncDispose]() {
      client.close()
      server.close()
      await nova[Symbol.asyncDispose]()
    },
  }
}

const ignore = () => undefined
const log = { info: ignore, warning: ignore, error: ignore, flush: ignore }
