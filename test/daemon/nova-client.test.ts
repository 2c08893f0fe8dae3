import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import test from 'ava'
import { createNovaClient } from '../../src/daemon/nova-client.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

interface Row {
  /** A method, and a body behind it where there is one. */
  readonly methods: readonly string[]
  /** What nova does with the requests, in their order over all connections; null closes without a word. */
  readonly answers: readonly (string | null)[]
  readonly outcomes: readonly string[]
  /** On which connection each request came that nova has seen. */
  readonly seen: readonly string[]
}

const asks = test.macro({
  title: (_, name: string) => name,
  async exec(t, _: string, { methods, answers, outcomes, seen }: Row) {
    await using nova = await startNova(answers)
    const client = createNovaClient(nova)
    const kinds: string[] = []
    for (const [method = '', text = ''] of methods.map(words => words.split(' '))) {
      const body = Buffer.from(text)
      const outcome = await client.ask({ method, target: '/', headers: [], body })
      kinds.push(outcome.kind)
    }
    client.close()
    t.deepEqual(kinds, outcomes)
    t.deepEqual(nova.seen, seen)
  },
})

test(asks, 'a GET goes by a kept connection', {
  methods: ['GET', 'GET', 'HEAD'],
  answers: [ok, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', ok],
  outcomes: ['answer', 'answer', 'answer'],
  seen: ['1 GET', '1 GET', '1 HEAD'],
})
test(asks, 'a GET is sent again when the kept connection closes without a word', {
  methods: ['GET', 'GET'],
  answers: [ok, null, ok],
  outcomes: ['answer', 'answer'],
  seen: ['1 GET', '1 GET', '2 GET'],
})
test(asks, 'a GET is not sent again when some of an answer came', {
  methods: ['GET', 'GET'],
  answers: [ok, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ncut', ok],
  outcomes: ['answer', 'failed'],
  seen: ['1 GET', '1 GET'],
})
test(asks, 'a GET is not sent again on a second connection that is as new', {
  methods: ['GET'],
  answers: [null, ok],
  outcomes: ['unreachable'],
  seen: ['1 GET'],
})
test(asks, 'a POST is sent once, on a connection of its own', {
  methods: ['GET', 'POST x'],
  answers: [ok, null, ok],
  outcomes: ['answer', 'unreachable'],
  seen: ['1 GET', '2 POST'],
})

test(asks, 'a guest’s body is sent on a connection of its own, whatever the method', {
  methods: ['GET', 'GET x', 'GET'],
  answers: [ok, ok, ok],
  outcomes: ['answer', 'answer', 'answer'],
  seen: ['1 GET', '2 GET', '1 GET'],
})

const isNotKept = test.macro({
  title: (_, what: string) =>
    `no other guest's request goes where an answer may not be over: ${what}`,
  async exec(t, _: string, method: string, answer: string) {
    await using nova = await startNova([answer, ok])
    const client = createNovaClient(nova)
    for (const next of [method, 'GET'])
      await client.ask({ method: next, target: '/', headers: [], body: Buffer.alloc(0) })
    client.close()
    t.deepEqual(nova.seen, [`1 ${method}`, '2 GET'])
  },
})

const head = 'HTTP/1.1 200 OK\r\n'
test(isNotKept, 'a preliminary one', 'GET', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n')
test(isNotKept, 'HEAD', 'HEAD', `${head}Content-Length: 2\r\n\r\n`)
test(isNotKept, '204', 'GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n')
test(isNotKept, '304', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n')
test(
  isNotKept,
  'chunks and a length',
  'GET',
  `${head}Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n0\r\n\r\n`,
)
test(
  isNotKept,
  'chunks in chunks',
  'GET',
  `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
)
test(isNotKept, 'two lengths', 'GET', `${head}Content-Length: 2\r\nContent-Length: x\r\n\r\nok`)
test(isNotKept, 'a length in other words', 'GET', `${head}Content-Length: +2\r\n\r\nok`)

async function startNova(answers: readonly (string | null)[]) {
  const seen: string[] = []
  const sockets: Socket[] = []
  const server = createServer(socket => {
    const number = sockets.push(socket)
    socket.on('data', bytes => {
      const answer = answers[seen.length] ?? null
      seen.push(`${number} ${String(bytes).split(' ', 1)[0]}`)
      if (answer === null || answer.endsWith('cut')) socket.end(answer ?? '')
      else socket.write(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    seen,
    release: 'zed' as const,
    nova_metadata_protocol: 'http' as const,
    nova_metadata_insecure: false,
    auth_ca_cert: null,
    nova_client_cert: null,
    nova_client_priv_key: null,
    nova_metadata_host: '127.0.0.1',
    nova_metadata_port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
