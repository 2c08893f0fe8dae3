import type { MetadataAgentConfig } from '../neutron/metadata-agent/config.ts'
import type { NovaOutcome, NovaRequest } from '../neutron/metadata-agent/nova-request.ts'
import { NovaConnection } from './nova-connection.ts'

/**
 * The agent's way to nova-api-metadata. Python's agent connects anew for every request; ours keeps connections,
 * which nobody can tell from the answers. Our own client, since loading node:http takes longer than the rest of
 * the agent's start.
 */
export interface NovaClient {
  ask(request: NovaRequest): Promise<NovaOutcome>
  close(): void
}

/** A client for the configured nova; each request may take a minute. */
export function createNovaClient(
  config: Pick<MetadataAgentConfig, 'nova_metadata_host' | 'nova_metadata_port'>,
): NovaClient {
  const where = { host: config.nova_metadata_host, port: config.nova_metadata_port }
  const idle: NovaConnection[] = []
  const askOn = async (connection: NovaConnection, request: NovaRequest) => {
    const outcome = await connection.ask(request, timeoutMs)
    if (!connection.isUsable) return outcome
    if (idle.length < idleLimit) idle.push(connection)
    else connection.close()
    return outcome
  }
  return {
    async ask(request) {
      const kept = repeatable.has(request.method) ? takeUsable(idle) : undefined
      if (kept === undefined) return askOn(new NovaConnection(where), request)
      const outcome = await askOn(kept, request)
      if (outcome.kind !== 'unreachable' || kept.hasHeard) return outcome
      return askOn(new NovaConnection(where), request)
    },
    close() {
      for (const connection of idle.splice(0)) connection.close()
    },
  }
}

function takeUsable(idle: NovaConnection[]): NovaConnection | undefined {
  for (;;) {
    const connection = idle.pop()
    if (connection === undefined || connection.isUsable) return connection
  }
}

/**
 * Nova may close a kept connection just as we write on it, and then nobody knows whether it has read the request.
 * What may not be sent twice is therefore sent on a connection of its own.
 */
const repeatable = new Set(['GET', 'HEAD'])
const timeoutMs = 60_000
const idleLimit = 256
