import type { Server } from 'node:net'
import { makeAgentRequest } from '../neutron/ns-metadata-proxy/agent-request.ts'
import { answerGuest } from '../neutron/ns-metadata-proxy/answer-guest.ts'
import type { Answer } from '../wsgi/answer.ts'
import { foldEventletHeaders } from '../wsgi/headers.ts'
import { type AgentClient, createAgentClient } from './agent-client.ts'
import { ConnectionPool } from './connection-pool.ts'
import { HttpConnection, type HttpOptions, type HttpRequest } from './http-connection.ts'
import { listen } from './listener.ts'
import { formatEventletAccess } from './ns-metadata-proxy-log.ts'
import type { NsMetadataProxyConfig } from './ns-metadata-proxy-options.ts'
import type { RunningDaemon } from './run-daemon.ts'
import type { ServiceLog } from './service-log.ts'

/**
 * Binds to all IPv4 addresses and serves guests as eventlet's server does, each request by one of the proxy's own to the
 * agent. Rejects with what is in the way.
 */
export async function serveNsMetadataProxy(
  config: NsMetadataProxyConfig,
  log: ServiceLog,
): Promise<RunningDaemon> {
  const agent = createAgentClient(config.metadata_proxy_socket)
  const options: HttpOptions = {
    foldHeaders: foldEventletHeaders,
    requestLineLimitBytes: 8192,
    patienceMs: clientSocketTimeoutMs,
    answer: request => answerFor(request, config, agent, log),
    log: (...line) => log.info('neutron.wsgi', formatEventletAccess(...line)),
  }
  const pool = new ConnectionPool(
    threads,
    (socket, work) => new HttpConnection(socket, options, work),
  )
  const where = { host: '0.0.0.0', port: config.metadata_port, backlog: 4096 }
  const listener = await listen(where, socket => pool.admit(socket))
  const stop = async (graceMs: number) => {
    await listener.stop(graceMs)
    agent.close()
  }
  return { address: `http://0.0.0.0:${portOf(listener.server.address())}`, stop }
}

async function answerFor(
  request: HttpRequest,
  config: NsMetadataProxyConfig,
  agent: AgentClient,
  log: ServiceLog,
): Promise<Answer> {
  const page = { method: request.method, accept: request.headers.get('accept') }
  try {
    const agentRequest = makeAgentRequest(config, request)
    if (agentRequest === undefined) throw new Error(`the path of ${request.target} cannot be sent`)
    const answer = await agent.ask(agentRequest)
    const isExpected = [200, 400, 404, 409, 500].includes(answer.status)
    if (!isExpected)
      log.error(logName, `Unexpected error. Unexpected response code: ${answer.status}`)
    return answerGuest(page, answer)
  } catch (error) {
    log.error(logName, `Unexpected error. ${error}`)
    return answerGuest(page, undefined)
  }
}

function portOf(address: ReturnType<Server['address']>): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}

const logName = 'neutron.agent.metadata.namespace_proxy'
/** `metadata_proxy_num_threads` (Newton) and `wsgi_default_pool_size`. */
const threads = 1000
/** `client_socket_timeout` of neutron.conf. */
const clientSocketTimeoutMs = 900_000
