import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type ListenOptions, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import test from 'ava'
import {
  HttpConnection,
  type HttpOptions,
  type HttpRequest,
} from '../../src/daemon/http-connection.ts'
import { listen } from '../../src/daemon/listener.ts'
import type { Answer } from '../../src/wsgi/answer.ts'
import { foldWebObHeaders } from '../../src/wsgi/headers.ts'
import { exchangeBytes } from './raw-client.ts'

test('a peer that closes its half is answered all that it asked', async t => {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  await using server = await serve({ answer: request => ended.then(() => echo(request)) })
  const socket = connect({ ...server.at, allowHalfOpen: true })
  socket.end(get('/one') + get('/two'))
  const served = await server.accepted
  served.on('end', () => end())
  t.deepEqual(targetsOf(await readToEnd(socket)), ['/one', '/two'])
})

test('a peer that closes its half within a request is answered what was whole', async t => {
  await using server = await serve()
  const socket = connect({ ...server.at, allowHalfOpen: true })
  socket.end(`${get('/one')}GET /two HT`)
  t.deepEqual(targetsOf(await readToEnd(socket)), ['/one'])
})

test('to stop is to close after the request at hand', async t => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  await using server = await serve({
    async answer(request) {
      ask()
      await released
      return echo(request)
    },
  })
  const socket = connect(server.at)
  socket.write(get('/one') + get('/two'))
  await asked
  server.stop()
  release()
  const text = await readToEnd(socket)
  t.deepEqual(targetsOf(text), ['/one'])
  t.regex(text, /Connection: close/)
})

test('a body of more than is held is answered, and so is what follows it', async t => {
  await using server = await serve()
  const sizeBytes = 3 * 2 ** 20
  const head = `POST /long HTTP/1.1\r\nContent-Length: ${sizeBytes}\r\n\r\n`
  const bytes = await exchangeBytes(
    server.at,
    head,
    Buffer.alloc(sizeBytes),
    get('/next', 'Connection: close'),
  )
  t.deepEqual(targetsOf(String(bytes)), ['/long', '/next'])
  t.deepEqual(server.bodySizes, [2 ** 16, 0])
})

test('a peer that does not read its answers is read no further', async t => {
  const body = Buffer.alloc(2 ** 20)
  const count = 64
  await using server = await serve({
    answer: () => ({ status: 200, contentType: null, body }),
  })
  const socket = connect(server.at)
  socket.pause()
  socket.write(get('/').repeat(count - 1) + get('/', 'Connection: close'))
  const served = await server.accepted
  await once(served, 'data')
  // One turn of the event loop for each request would be enough to answer them all.
  for (let turn = 0; turn < 4 * count; turn++) await new Promise(setImmediate)
  t.true(served.writableLength <= body.length + 1024)
  t.true(server.logged.length < count)
  let sizeBytes = 0
  socket.on('data', chunk => {
    sizeBytes += chunk.length
  })
  socket.resume()
  await once(socket, 'close')
  t.is(server.logged.length, count)
  t.true(sizeBytes > count * body.length)
})

test('as many requests as come at once are answered in their order', async t => {
  await using server = await serve()
  const targets = Array.from({ length: 20_000 }, (_, index) => `/${index}`)
  const requests = targets.map(target => get(target)).join('')
  const bytes = await exchangeBytes(server.at, requests + get('/last', 'Connection: close'))
  t.deepEqual(targetsOf(String(bytes)), [...targets, '/last'])
})

test('on a UNIX socket the end stands right behind an answer, however long that is', async t => {
  const path = `${mkdtempSync(`${tmpdir()}/lab-http-`)}/socket`
  const body = Buffer.alloc(2 ** 22, 'x')
  await using server = await serve(
    { answer: request => (request.target === '/long' ? textOf(body) : echo(request)) },
    { path },
  )
  for (const target of ['/short', '/long', '/short']) {
    const bytes = await exchangeBytes({ path }, get(target, 'Connection: close'))
    t.is(bytes.length - bytes.indexOf('\r\n\r\n') - 4, target === '/long' ? body.length : 8)
  }
  const served = await server.accepted
  t.true(served.closed)
  rmSync(dirname(path), { recursive: true })
})

test('a request that is known is read with what stands behind it, and in parts', async t => {
  await using server = await serve()
  const post = `POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\n`
  const last = get('/last', 'Connection: close')
  for (const parts of [[`${post}abc${last}`], [post, `abc${last}`], [post, 'a', `bc${last}`]])
    t.deepEqual(targetsOf(String(await exchangeBytes(server.at, ...parts))), ['/a', '/last'])
  t.deepEqual(server.bodySizes, [3, 0, 3, 0, 3, 0])
})

const givesUp = test.macro({
  title: (_, what: string) => `${what} is not waited for without end`,
  async exec(t, _: string, text: string) {
    await using server = await serve({ patienceMs: 50 })
    const socket = connect(server.at)
    socket.write(text)
    t.deepEqual(targetsOf(await readToEnd(socket)), [])
    t.deepEqual(server.logged, [])
  },
})

test(givesUp, 'a head', 'GET / HTTP/1.1\r\n')
test(givesUp, 'a body', 'POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\na')
test(givesUp, 'a chunk', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na')

test('one that does not read its answer is not waited for without end', async t => {
  const body = Buffer.alloc(2 ** 24)
  await using server = await serve({
    patienceMs: 50,
    answer: () => ({ status: 200, contentType: null, body }),
  })
  const socket = connect(server.at)
  socket.pause()
  socket.on('error', () => socket.destroy())
  socket.write(get('/').repeat(3))
  const served = await server.accepted
  if (!served.closed) await once(served, 'close')
  t.deepEqual(server.logged, ['/'])
  socket.destroy()
})

test('a header that frames a message has no underscore', async t => {
  await using server = await serve()
  for (const line of ['Content_Length: 9', 'Transfer_Encoding: chunked']) {
    const bytes = await exchangeBytes(server.at, get('/a', line) + get('/b', 'Connection: close'))
    t.deepEqual(targetsOf(String(bytes)), ['/a', '/b'])
  }
})

const invited = 'HTTP/1.1 100 Continue\r\n\r\n'
const isInvited = test.macro({
  title: (_, what: string) => `a body that is announced: ${what}`,
  async exec(t, _: string, changes: Partial<HttpOptions>, length: string, expected: number) {
    await using server = await serve(changes)
    const lines = ['Expect: 100-Continue', length, 'Connection: close']
    const bytes = await exchangeBytes(server.at, `${get('/', ...lines)}ab`)
    t.is(String(bytes).split(invited).length - 1, expected)
    t.deepEqual(targetsOf(String(bytes)), ['/'])
  },
})

test(isInvited, 'eventlet asks for it even where it is there', {}, 'Content-Length: 2', 1)
test(isInvited, 'not for one of nothing', {}, 'Content-Length: 0', 0)
test(isInvited, 'uwsgi never asks', { invitesBody: false }, 'Content-Length: 2', 0)

test('a peer that goes on after an error is cut off', async t => {
  await using server = await serve({ patienceMs: 50 })
  const socket = connect({ ...server.at, allowHalfOpen: true })
  socket.write('not HTTP\r\n\r\n')
  const [answer] = await once(socket, 'data')
  t.regex(String(answer), /^HTTP\/1\.1 400 Bad Request\r\n/)
  socket.write('still not HTTP\r\n\r\n')
  const served = await server.accepted
  if (!served.closed) await once(served, 'close')
  t.true(served.destroyed)
  socket.destroy()
})

test('a kept connection may rest longer than a request may take', async t => {
  await using server = await serve({ patienceMs: 50 })
  const socket = connect(server.at)
  socket.write(get('/one'))
  t.deepEqual(targetsOf(String((await once(socket, 'data'))[0])), ['/one'])
  const impatient = connect(server.at)
  impatient.write('GET /unfinished')
  t.is(await readToEnd(impatient), '')
  socket.write(get('/two'))
  t.deepEqual(targetsOf(String((await once(socket, 'data'))[0])), ['/two'])
  socket.destroy()
})

async function serve(
  changes: Partial<HttpOptions> = {},
  where: ListenOptions = { host: '127.0.0.1', port: 0 },
) {
  const logged: string[] = []
  const bodySizes: number[] = []
  const { promise: accepted, resolve: accept } = Promise.withResolvers<Socket>()
  const options: HttpOptions = {
    foldHeaders: foldWebObHeaders,
    requestLineLimitBytes: 8192,
    answer: echo,
    log({ target, body }) {
      logged.push(target)
      bodySizes.push(body.length)
    },
    ...changes,
  }
  const connections: HttpConnection[] = []
  const listener = await listen(where, socket => {
    const connection = new HttpConnection(socket, options)
    connections.push(connection)
    accept(socket)
    return connection
  })
  const address = listener.server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    at: { host: '127.0.0.1', port },
    logged,
    bodySizes,
    accepted,
    stop() {
      for (const connection of connections) connection.stop()
    },
    [Symbol.asyncDispose]: () => listener.stop(0),
  }
}

function echo({ target }: HttpRequest) {
  return textOf(Buffer.from(`<${target}>`))
}

function textOf(body: Buffer): Answer {
  return { status: 200, contentType: 'text/plain', body }
}

function get(target: string, ...lines: string[]): string {
  return `GET ${target} HTTP/1.1\r\n${lines.map(line => `${line}\r\n`).join('')}\r\n`
}

function targetsOf(answers: string): string[] {
  return [...answers.matchAll(/<(.*?)>/g)].map(([, target = '']) => target)
}

async function readToEnd(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', chunk => {
    text += chunk
  })
  await once(socket, 'close')
  return text
}
