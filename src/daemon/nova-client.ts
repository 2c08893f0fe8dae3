import { connect, type Socket } from 'node:net'
import type { MetadataAgentConfig } from '../neutron/metadata-agent/config.ts'
import { formatAuthority, type NovaEndpoint } from '../neutron/metadata-agent/nova-endpoint.ts'
import {
  type NovaOutcome,
  type NovaRequest,
  novaEndpoint,
} from '../neutron/metadata-agent/nova-request.ts'
import { findLocation, followRedirect } from '../neutron/metadata-agent/redirect.ts'
import { agentHas } from '../neutron/metadata-agent/release.ts'
import { findHeader } from '../wsgi/find-header.ts'
import { type ConnectionOutcome, NovaConnection } from './nova-connection.ts'
import { type ConnectSecurely, prepareTls } from './nova-tls.ts'
import { unpackByEncoding } from './unpack-body.ts'

/**
 * The agent's way to nova-api-metadata. Python's agent connects anew for every request; ours keeps connections,
 * which nobody can tell from the answers. Our own client, since loading node:http takes longer than the rest of
 * the agent's start.
 */
export interface NovaClient {
  ask(request: NovaRequest): Promise<NovaOutcome>
  close(): void
}

type ClientConfig = Pick<
  MetadataAgentConfig,
  | 'release'
  | `nova_metadata_${'protocol' | 'host' | 'port' | 'insecure'}`
  | `nova_client_${'cert' | 'priv_key'}`
  | 'auth_ca_cert'
>

/**
 * A client for the configured nova, whose certificates are read now. Nova may be silent for a minute, unless told
 * otherwise. Throws where a certificate cannot be read.
 */
export function createNovaClient(config: ClientConfig, silenceLimitMs = 60_000): NovaClient {
  const home = novaEndpoint(config)
  const connectSecurely = prepareTls(config)
  const open = (endpoint: NovaEndpoint) => new NovaConnection(connectTo(endpoint, connectSecurely))
  const idle: NovaConnection[] = []
  const askOn = async (connection: NovaConnection, request: NovaRequest) => {
    const outcome = await connection.ask(request, silenceLimitMs)
    if (!connection.isUsable) return outcome
    // Those made for what may not be sent twice would only pile up.
    if (idle.length < idleLimit && isRepeatable(request)) idle.push(connection)
    else connection.close()
    return outcome
  }
  const askHome = async (request: NovaRequest) => {
    const kept = isRepeatable(request) ? takeUsable(idle) : undefined
    if (kept === undefined) return askOn(open(home), request)
    const outcome = await askOn(kept, request)
    if (outcome.kind !== 'unreachable' || kept.hasHeard) return outcome
    return askOn(open(home), request)
  }
  const askElsewhere = async (endpoint: NovaEndpoint, request: NovaRequest) => {
    const connection = open(endpoint)
    const outcome = await connection.ask(request, silenceLimitMs)
    connection.close()
    return outcome
  }
  return {
    async ask(request) {
      let at = { endpoint: home, request }
      let outcome = await askHome(request)
      for (let left = redirectLimit; outcome.kind === 'answer'; left -= 1) {
        const location = findLocation(outcome.answer)
        if (location === undefined) return settle(outcome, config)
        const next = left > 0 ? followRedirect(at, outcome.answer, location) : undefined
        if (next === undefined) return { kind: 'failed', reason: `cannot go on to ${location}` }
        at = next
        outcome = await askElsewhere(at.endpoint, at.request)
      }
      return {
        ...outcome,
        reason: `${at.endpoint.protocol}://${formatAuthority(at.endpoint)}: ${outcome.reason}`,
      }
    },
    close() {
      for (const connection of idle.splice(0)) connection.close()
    },
  }
}

function connectTo(
  { protocol, host, port }: NovaEndpoint,
  connectSecurely: ConnectSecurely,
): Socket {
  return protocol === 'http' ? connect({ host, port }) : connectSecurely(host, port)
}

function takeUsable(idle: NovaConnection[]): NovaConnection | undefined {
  for (;;) {
    const connection = idle.pop()
    if (connection === undefined || connection.isUsable) return connection
  }
}

/** What python-requests makes of an answer whose body broke off, or is packed. */
function settle(
  { answer, broken }: ConnectionOutcome & { kind: 'answer' },
  { release }: ClientConfig,
): NovaOutcome {
  const isModern = agentHas(release, 'hasUrllib3Version2')
  if (broken === 'unreadable' || (broken === 'short' && isModern))
    return { kind: 'failed', reason: 'the body of the answer broke off' }
  if (bareCharset.test(findHeader(answer.headers, 'content-type') ?? ''))
    return { kind: 'failed', reason: 'the type of the answer has a charset without a value' }
  const encoding = findHeader(answer.headers, 'content-encoding')
  if (encoding === undefined) return { kind: 'answer', answer }
  try {
    const body = unpackByEncoding(Buffer.from(answer.body), encoding, isModern)
    return { kind: 'answer', answer: { ...answer, body } }
  } catch {
    return { kind: 'failed', reason: `the body of the answer is not ${encoding}` }
  }
}

/**
 * Nova may close a kept connection just as we write on it, and then nobody knows whether it has read the request.
 * What may not be sent twice is therefore sent on a connection of its own; and so is a body, which is the guest's: a
 * server that leaves it unread takes it for the next request, whose answer another guest would get.
 */
function isRepeatable({ method, body }: NovaRequest): boolean {
  return repeatable.has(method) && body.length === 0
}

const repeatable = new Set(['GET', 'HEAD'])
const idleLimit = 256
/** requests before 2.33 trips over it. */
const bareCharset = /;\s*charset\s*(?:;|$)/i
/** Of python-requests: as many are followed, and one more is an error. */
const redirectLimit = 30
