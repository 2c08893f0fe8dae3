import { once } from 'node:events'
import { statSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import test from 'ava'
import type { ReleaseName } from '../../src/topology/release-names.ts'
import { type RunningCloud, startCloud } from './cloud.ts'
import { askRaw, exchangeBytes, findHeader } from './raw-client.ts'

const networkId = 'a0000000-0000-4000-8000-00000000000a'
const alpha = [
  ['Accept', '*/*'],
  ['X-Forwarded-For', '10.77.0.11'],
  ['X-Neutron-Network-ID', networkId],
] as const
const hostname = '/latest/meta-data/hostname'

const clouds: { zed: RunningCloud; '2026.1': RunningCloud } = {
  zed: await startCloud('zed'),
  '2026.1': await startCloud('2026.1'),
}
test.after.always(async () => {
  for (const cloud of Object.values(clouds)) await cloud[Symbol.asyncDispose]()
})

const fetches = test.macro({
  title: (_, release: ReleaseName, mode: string) =>
    `the agent of ${release} fetches through a socket of mode ${mode}`,
  async exec(t, release: ReleaseName, mode: string) {
    await using cloud = await startCloud(release)
    const answer = await askRaw(cloud.agentAt, { target: hostname, headers: alpha })
    t.is(answer?.body.toString(), 'alpha.novalocal')
    const socket = statSync(cloud.agentAt.path)
    t.is((socket.mode & 0o777).toString(8), mode)
    t.is(Number(socket.uid), process.getuid?.() === 0 ? 65_534 : (process.getuid?.() ?? 0))
  },
})

test.serial(fetches, 'ussuri', '644')
test.serial(fetches, 'zed', '644')
test.serial(fetches, '2026.1', '755')

const refuses = test.macro({
  title: (_, release: ReleaseName, text: string) => `a wrong secret under ${release}: ${text}`,
  async exec(t, release: ReleaseName, text: string) {
    await using cloud = await startCloud(release, { metadata_proxy_shared_secret: 'wrong' })
    const answer = await askRaw(cloud.agentAt, { target: hostname, headers: alpha })
    t.is(answer?.status, 403)
    t.true(answer?.body.toString().includes(text))
    t.is((await askRaw(cloud.agentAt, { target: '/', headers: alpha }))?.status, 200)
    await cloud.agent.stop()
    t.regex(cloud.agent.output(), /WARNING .*shared secrets do not match/)
  },
})

test.serial(refuses, 'zed', 'Access was denied to this resource.')
test.serial(refuses, '2026.1', 'Invalid proxy request signature.')

const withoutNova = test.macro({
  title: (_, release: ReleaseName, status: number, _type: string, length: number) =>
    `without nova ${release} answers ${status} of ${length} bytes`,
  async exec(t, release: ReleaseName, status: number, contentType: string, length: number) {
    await using cloud = await startCloud(release)
    await cloud.nova.stop('SIGKILL')
    const answer = await askRaw(cloud.agentAt, { target: hostname, headers: alpha })
    t.is(answer?.status, status)
    t.is(findHeader(answer, 'Content-Type'), contentType)
    t.is(answer?.body.length, length)
  },
})

test.serial(withoutNova, 'zed', 500, 'text/html; charset=UTF-8', 207)
test.serial(withoutNova, '2024.2', 503, 'text/html; charset=UTF-8', 220)

test.serial(
  'without nova the socket server answers 503 in lines without carriage returns',
  async t => {
    await using cloud = await startCloud('2026.1')
    await cloud.nova.stop('SIGKILL')
    const bytes = await exchangeBytes(cloud.agentAt, requestBytes(hostname))
    t.true(
      bytes.toString().startsWith('HTTP/1.1 503 Service Unavailable\nContent-Type: text/plain'),
    )
  },
)

test.serial('a nova that comes back is asked again', async t => {
  await using cloud = await startCloud('zed')
  t.is((await askRaw(cloud.agentAt, { target: '/', headers: alpha }))?.status, 200)
  await cloud.nova.stop('SIGKILL')
  const { host, port } = cloud.novaAt
  await using nova = await serveOnce(
    port,
    host ?? '',
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nback',
  )
  t.true(nova.server.listening)
  const answer = await askRaw(cloud.agentAt, { target: '/', headers: alpha })
  t.is(answer?.body.toString(), 'back')
  t.is(findHeader(answer, 'Content-Type'), 'text/plain; charset=UTF-8')
})

test.serial(
  'the WSGI agent serves several requests of one connection, pipelined or chunked',
  async t => {
    const cloud = clouds.zed
    const chunked = requestBytes('/', 'POST', 'Transfer-Encoding: chunked').concat(
      '2\r\nab\r\n0\r\n\r\n',
    )
    const last = requestBytes(hostname, 'GET', 'Connection: close')
    const bytes = await exchangeBytes(cloud.agentAt, requestBytes(hostname), chunked, last)
    t.is(bytes.toString().match(/HTTP\/1\.1 200 OK/g)?.length, 3)
    t.is(bytes.toString().match(/alpha\.novalocal/g)?.length, 2)
  },
)

test.serial('the WSGI agent invites a body that waits to be', async t => {
  const { agentAt } = clouds.zed
  const lines = ['Expect: 100-continue', 'Content-Length: 2', 'Connection: close']
  const socket = connect(agentAt)
  socket.write(requestBytes('/', 'POST', ...lines))
  const [invitation] = await once(socket, 'data')
  t.is(String(invitation), 'HTTP/1.1 100 Continue\r\n\r\n')
  socket.write('ok')
  const [answer] = await once(socket, 'data')
  t.regex(String(answer), /^HTTP\/1\.1 200 OK/)
  socket.destroy()
})

test.serial("the WSGI agent has eventlet's answer for a request line of 8192 bytes", async t => {
  const cloud = clouds.zed
  const bytes = await exchangeBytes(cloud.agentAt, requestBytes(`/${'a'.repeat(8200)}`))
  const expected =
    'HTTP/1.0 414 Request URI Too Long\r\nConnection: close\r\nContent-length: 0\r\n\r\n'
  t.is(bytes.toString(), expected)
})

test.serial("the WSGI agent has Python's page for a hundred headers", async t => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: a`)
  const { length: own } = requestBytes('/', 'GET', 'Connection: close')
    .trim()
    .split('\r\n')
    .slice(1)
  const ask = async (count: number, method: string) => {
    const request = requestBytes('/', method, ...lines(count - own), 'Connection: close')
    return String(await exchangeBytes(clouds.zed.agentAt, request)).replace(/Date: .*/, 'Date: x')
  }
  t.regex(await ask(99, 'GET'), /^HTTP\/1\.1 200 OK/)
  const head = [
    'HTTP/1.1 431 Too many headers',
    'Server: BaseHTTP/0.6 Python/3.11.2',
    'Date: x',
    'Connection: close',
    'Content-Type: text/html;charset=utf-8',
    'Content-Length: 333',
  ]
  t.is(await ask(100, 'HEAD'), `${head.join('\r\n')}\r\n\r\n`)
  const [, body = ''] = (await ask(100, 'GET')).split('\r\n\r\n')
  t.is(body.length, 333)
  t.regex(body, /<p>Error code explanation: 431 - got more than 100 headers\.<\/p>/)
})

test.serial(
  'a 404 of nova is asked for twice by the WSGI agent, once by the socket server',
  async t => {
    const countAsked = async (release: ReleaseName) => {
      await using cloud = await startCloud(release)
      await askRaw(cloud.agentAt, { target: '/nothing', headers: alpha })
      await cloud.nova.stop()
      return cloud.nova.output().match(/"GET \/nothing HTTP\/1\.1" status: 404/g)?.length
    }
    t.is(await countAsked('zed'), 2)
    t.is(await countAsked('2026.1'), 1)
  },
)

test.serial(
  'the socket server closes after one answer, and on a head of more than 4096 bytes',
  async t => {
    const cloud = clouds['2026.1']
    const twice = requestBytes(hostname) + requestBytes(hostname)
    const one = await exchangeBytes(cloud.agentAt, twice)
    t.is(one.toString().match(/HTTP\/1\.1 200 OK/g)?.length, 1)
    const long = requestBytes(hostname, 'GET', `X-Long: ${'v'.repeat(4096)}`)
    t.is((await exchangeBytes(cloud.agentAt, long)).length, 0)
  },
)

test.serial('the socket server passes on what fits into its one read of a body', async t => {
  const cloud = clouds['2026.1']
  const target = '/openstack/latest/password'
  const head = requestBytes(target, 'POST', 'Content-Length: 6000')
  const bytes = await exchangeBytes(cloud.agentAt, head + 'x'.repeat(6000))
  t.regex(bytes.toString(), /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*Request is too large\./)
})

test.serial('the socket server unpacks user data that is gzip by itself', async t => {
  const cloud = clouds['2026.1']
  const headers = [
    ['X-Forwarded-For', '10.78.0.21'],
    ['X-Neutron-Router-ID', 'f0000000-0000-4000-8000-00000000000f'],
  ] as const
  const packed = await askRaw(cloud.agentAt, { target: '/latest/user-data', headers })
  // Unpacked, this guest's user data is not UTF-8.
  t.is(packed, null)
  t.is((await askRaw(cloud.agentAt, { target: '/latest', headers }))?.status, 200)
})

function requestBytes(target: string, method = 'GET', ...lines: string[]): string {
  const headers = [...alpha.map(header => header.join(': ')), ...lines]
  return `${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`
}

async function serveOnce(port: number, host: string, bytes: string) {
  const server: Server = createServer(socket => socket.once('data', () => socket.end(bytes)))
  server.listen(port, host)
  await once(server, 'listening')
  return { server, [Symbol.asyncDispose]: async () => void server.close() }
}
