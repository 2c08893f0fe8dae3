import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import test from 'ava'
import type { HttpRequest } from '../../src/daemon/http-connection.ts'
import { createNovaClient } from '../../src/daemon/nova-client.ts'
import { serveAsSocketAgent } from '../../src/daemon/socket-agent.ts'
import { type AgentContext, answerAsWsgiAgent } from '../../src/daemon/wsgi-agent.ts'
import { indexPorts } from '../../src/neutron/metadata-agent/port-index.ts'
import type { ReleaseName } from '../../src/topology/release-names.ts'
import { foldEventletHeaders } from '../../src/wsgi/headers.ts'
import { goldenAgentConfig } from '../golden/cloud.ts'
import { exchangeBytes } from './raw-client.ts'
import { type Act, startUpstream } from './upstream.ts'

type WsgiAnswer =
  | { readonly status: number; readonly type: string | null; readonly body: string }
  | { readonly status: number; readonly length: number }

interface Recorded {
  readonly name: string
  readonly method: string
  readonly body: string
  readonly connections: readonly (readonly Act[])[]
  readonly repeats?: number
  readonly seen?: readonly string[]
  readonly requests?: number
  readonly zed: WsgiAnswer
  readonly '2024.2': WsgiAnswer
  readonly '2025.1': string | null
  readonly '2026.1': string | null
}

const recorded: readonly Recorded[] = JSON.parse(
  readFileSync(new URL('../fixtures/upstream-recorded/exchanges.json', import.meta.url), 'utf8'),
)

const wsgi = test.macro({
  title: (_, release: 'zed' | '2024.2') =>
    `the agent of ${release} answers whatever nova does as the real one`,
  async exec(t, release: 'zed' | '2024.2') {
    const differences = await compareAll(async exchange => {
      await using upstream = await startUpstream(connectionsOf(exchange))
      const context = contextOf(release, upstream.port, exchange)
      const answer = await answerAsWsgiAgent(httpRequest(exchange), context)
      context.nova.close()
      const { status, contentType } = answer
      const body = Buffer.from(answer.body).toString('latin1')
      const seen =
        status === 200 ? { status, type: contentType, body } : { status, length: body.length }
      return [seen, exchange[release]]
    })
    t.deepEqual(differences, [])
  },
})

test.serial(wsgi, 'zed')
test.serial(wsgi, '2024.2')

const socketServer = test.macro({
  title: (_, release: '2025.1' | '2026.1') =>
    `the agent of ${release} writes whatever nova does as the real one`,
  async exec(t, release: '2025.1' | '2026.1') {
    const differences = await compareAll(async exchange => {
      await using upstream = await startUpstream(connectionsOf(exchange))
      const context = contextOf(release, upstream.port, exchange)
      const bytes = await exchangeOverSocket(exchange, context)
      context.nova.close()
      const requests = upstream.seen.map(hideSignature)
      const expected = {
        bytes: exchange[release] ?? '',
        seen: exchange.seen ?? (exchange.requests ? [] : requests),
        count: exchange.requests ?? requests.length,
      }
      const isOwnError = bytes.startsWith('HTTP/1.1 503 Service Unavailable\nContent-Type')
      const seen = exchange.requests ? [] : requests
      return [{ bytes: isOwnError ? '503' : bytes, seen, count: requests.length }, expected]
    })
    t.deepEqual(differences, [])
  },
})

test.serial(socketServer, '2025.1')
test.serial(socketServer, '2026.1')

/** What differs, with the exchange's name. Several at a time, since some take as long as the agent's patience. */
async function compareAll(
  ask: (exchange: Recorded) => Promise<readonly [unknown, unknown]>,
): Promise<unknown[]> {
  const differences: unknown[] = []
  const rest = recorded.values()
  const work = async () => {
    for (const exchange of rest) {
      const [seen, expected] = await ask(exchange)
      if (JSON.stringify(seen) !== JSON.stringify(expected))
        differences.push({ name: exchange.name, seen, expected })
    }
  }
  await Promise.all(Array.from({ length: 24 }, work))
  return differences
}

function connectionsOf({ connections, repeats }: Recorded): readonly (readonly Act[])[] {
  if (repeats === undefined) return connections
  const [first = [], last = []] = connections
  return [...Array.from({ length: repeats }, () => first), last]
}

async function exchangeOverSocket(
  { method, body }: Recorded,
  context: AgentContext,
): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, socket => {
    serveAsSocketAgent(socket, context)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const head = [...guestHeaders, ['Content-Length', body.length]].map(line => line.join(': '))
  const request = `${method} /p HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`
  const bytes = await exchangeBytes({ host: '127.0.0.1', port }, request)
  server.close()
  return bytes.toString('latin1')
}

function httpRequest({ method, body }: Recorded): HttpRequest {
  const headers = foldEventletHeaders(guestHeaders)
  return { method, target: '/p', version: 'HTTP/1.1', headers, body: Buffer.from(body), peer: '' }
}

function contextOf(release: ReleaseName, port: number, recorded: Recorded): AgentContext {
  const config = { ...goldenAgentConfig(), release, nova_metadata_port: port, ports: [guestPort] }
  const nova = createNovaClient(config, isSilent(recorded) ? silenceLimitMs : patienceMs)
  return { config, ports: indexPorts(config.ports), nova, log: silentLog }
}

function hideSignature(request: string): string {
  return request.replace(/(X-Instance-ID-Signature: )[0-9a-f]{64}/, '$1s')
}

const networkId = 'a0000000-0000-4000-8000-00000000000a'
const guestHeaders: readonly [string, string][] = [
  ['Accept', '*/*'],
  ['X-Forwarded-For', '10.0.0.5'],
  ['X-Neutron-Network-ID', networkId],
]
const guestPort = {
  id: 'p',
  network_id: networkId,
  project_id: 't',
  mac_address: 'fa:16:3e:00:00:05',
  device_owner: 'compute:nova',
  device_id: 'i',
  ip_addresses: ['10.0.0.5'],
} as const
const ignore = () => undefined
const silentLog = { info: ignore, warning: ignore, error: ignore, flush: ignore }
/** Where the client is to give up, as before a server that waits for more of what is TLS; anywhere else a busy machine must not make it. */
function isSilent(recorded: Recorded): boolean {
  const isWait = (act: Act) =>
    typeof act === 'number' ? act * 1000 > silenceLimitMs : act === 'hang' || act.includes('https:')
  return connectionsOf(recorded).some(acts => acts.some(isWait))
}

const silenceLimitMs = 600
const patienceMs = 9_000
