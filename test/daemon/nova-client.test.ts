import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import test from 'ava'
import { createNovaClient } from '../../src/daemon/nova-client.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

interface Row {
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
    for (const method of methods) {
      const body = Buffer.from(method === 'POST' ? 'x' : '')
      const outcome = await client.ask({ method, target: '/', headers: [], body })
      kinds.push(outcome.kind)
    }
    client.close()
    t.deepEqual(kinds, outcomes)
    t.deepEqual(nova.seen, seen)
  },
})

test(asks, 'a GET goes by a kept connection', {
  methods: ['GET', 'HEAD', 'GET'],
  answers: [ok, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', ok],
  outcomes: ['answer', 'answer', 'answer'],
  seen: ['1 GET', '1 HEAD', '1 GET'],
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
  methods: ['GET', 'POST'],
  answers: [ok, null, ok],
  outcomes: ['answer', 'unreachable'],
  seen: ['1 GET', '2 POST'],
})

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
