import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { execa } from 'execa'
import { makeFolder } from './running-daemon.ts'

const script = fileURLToPath(new URL('../../src/daemon/lab-healthcheck.ts', import.meta.url))

async function check(...words: readonly string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [script, ...words], {
    reject: false,
  })
  return { exitCode, said: stdout, stderr }
}

async function serve(answer: RequestListener) {
  const server = createHttpServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  return {
    port,
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const answers = test.macro(async (t, status: number, exitCode: number) => {
  using server = await serve((_, response) => response.writeHead(status).end())
  const said = `http://127.0.0.1:${server.port}/ answers ${status}`
  t.deepEqual(await check('http', '127.0.0.1', server.port, '/'), { exitCode, said, stderr: '' })
})

test('a service that answers is healthy', answers, 200, 0)
test('one that refuses the request is, too', answers, 404, 0)
test('one that fails is not', answers, 503, 1)

test('where nobody listens there is no health', async t => {
  const { exitCode, said } = await check('http', '127.0.0.1', '1', '/')
  t.is(exitCode, 1)
  t.regex(said, /ECONNREFUSED/)
})

test('a service that does not answer is given five seconds', async t => {
  using server = await serve(() => undefined)
  const { exitCode, said } = await check('http', '127.0.0.1', server.port, '/')
  t.deepEqual([exitCode, said], [1, 'no answer within 5 s'])
})

test('a socket that is listened on is healthy, one that is not there is not', async t => {
  using folder = makeFolder()
  const path = join(folder.path, 'proxy')
  const server = createServer(socket => socket.destroy())
  server.listen(path)
  await once(server, 'listening')
  const said = `${path} is listened on`
  t.deepEqual(await check('unix', path), { exitCode: 0, said, stderr: '' })
  server.close()
  await once(server, 'close')
  t.is((await check('unix', path)).exitCode, 1)
})

for (const words of [[], ['unix'], ['http', '127.0.0.1'], ['ftp', '127.0.0.1', '21', '/']]) {
  test(`wrong usage fails and tells the right one: ${words.join(' ')}`, async t => {
    const { exitCode, said } = await check(...words)
    t.is(exitCode, 1)
    t.regex(said, /^usage: lab-healthcheck unix PATH \| http ADDRESS PORT PATH \| https/)
  })
}
