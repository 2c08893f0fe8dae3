import { Agent, request as sendRequest } from 'node:http'
import type { MetadataAgentConfig } from '../neutron/metadata-agent/config.ts'
import type {
  NovaAnswer,
  NovaOutcome,
  NovaRequest,
} from '../neutron/metadata-agent/nova-request.ts'

/** The agent's way to nova-api-metadata; connections are kept for the next request. */
export interface NovaClient {
  ask(request: NovaRequest): Promise<NovaOutcome>
  close(): void
}

/** A client for the configured nova; each request may take a minute. */
export function createNovaClient(
  config: Pick<MetadataAgentConfig, 'nova_metadata_host' | 'nova_metadata_port'>,
): NovaClient {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 })
  const where = { host: config.nova_metadata_host, port: config.nova_metadata_port, agent }
  const ask = async (request: NovaRequest, isRetry = false): Promise<NovaOutcome> => {
    const { reused, outcome } = await send(where, request)
    // Nova may have closed a kept connection just before we used it.
    return reused && outcome.kind === 'unreachable' && !isRetry ? ask(request, true) : outcome
  }
  return { ask, close: () => agent.destroy() }
}

interface Sent {
  readonly reused: boolean
  readonly outcome: NovaOutcome
}

function send(
  where: { host: string; port: number; agent: Agent },
  { method, target, headers, body }: NovaRequest,
): Promise<Sent> {
  return new Promise(resolve => {
    const client = sendRequest({ ...where, method, path: target, headers, timeout: timeoutMs })
    const finish = (outcome: NovaOutcome) => resolve({ reused: client.reusedSocket, outcome })
    client.on('response', response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => finish({ kind: 'unreachable' }))
      response.on('end', () => {
        const { statusCode: status = 0, rawHeaders } = response
        const answer: NovaAnswer = {
          status,
          headers: pair(rawHeaders),
          body: Buffer.concat(chunks),
        }
        finish({ kind: 'answer', answer })
      })
    })
    client.on('timeout', () => {
      finish({ kind: 'timeout' })
      client.destroy()
    })
    client.on('error', () => finish({ kind: 'unreachable' }))
    client.end(body)
  })
}

function pair(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let index = 0; index < raw.length; index += 2) {
    pairs.push([raw[index] ?? '', raw[index + 1] ?? ''])
  }
  return pairs
}

const timeoutMs = 60_000
