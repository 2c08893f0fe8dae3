import type { Socket } from 'node:net'
import type { MetadataAgentConfig } from '../neutron/metadata-agent/config.ts'
import { indexPorts } from '../neutron/metadata-agent/port-index.ts'
import { neutronRelease } from '../neutron/release.ts'
import { foldEventletHeaders } from '../wsgi/headers.ts'
import { claimSocketPath, giveSocket } from './claim-socket.ts'
import { checkMembers } from './decode-config.ts'
import { hangWithServer } from './hang-with-server.ts'
import { HttpConnection, type HttpOptions } from './http-connection.ts'
import { formatAccess } from './http-log.ts'
import { listen } from './listener.ts'
import { createNovaClient } from './nova-client.ts'
import { type RunningDaemon, runDaemon } from './run-daemon.ts'
import type { ServiceLog } from './service-log.ts'
import { serveAsSocketAgent } from './socket-agent.ts'
import { type AgentContext, answerAsWsgiAgent } from './wsgi-agent.ts'

/** neutron-metadata-agent and ML2/OVN's, as its configuration says: one lookup and one signer behind the server that its release has. */
await runDaemon({
  name: 'neutron-metadata-agent',
  logName: 'neutron.agent.metadata.agent',
  nameOf: ({ name }) => name,
  decode: decodeConfig,
  start,
})

async function start(
  config: MetadataAgentConfig,
  log: ServiceLog,
): Promise<RunningDaemon<MetadataAgentConfig>> {
  const path = config.metadata_proxy_socket
  await claimSocketPath(path)
  const client = createNovaClient(config)
  const nova = config.asksServerBesideNova ? hangWithServer(client) : client
  let context: AgentContext = { config, ports: indexPorts(config.ports), nova, log }
  const isWsgi = neutronRelease(config.release).agentStyle === 'wsgi'
  const serve = chooseServer(() => context, isWsgi)
  const listener = await listen({ path, backlog: 4096 }, serve)
  const stop = async (graceMs: number) => {
    await listener.stop(graceMs)
    nova.close()
  }
  try {
    // `deduce` comes to 0644, since haproxy runs as the agent's user; the socket server leaves it to the umask.
    giveSocket(path, isWsgi ? 0o644 : 0o755, config.uid, config.gid)
  } catch (error) {
    await stop(0)
    throw error
  }
  return {
    address: `unix:${path}`,
    // Another context, so that nothing that was made of the former is taken for its own.
    reload({ ports }) {
      context = { ...context, ports: indexPorts(ports) }
    },
    stop,
  }
}

function chooseServer(
  contextNow: () => AgentContext,
  isWsgi: boolean,
): (socket: Socket) => { stop(): void } {
  if (!isWsgi) return socket => serveAsSocketAgent(socket, contextNow())
  const options: HttpOptions = {
    foldHeaders: foldEventletHeaders,
    requestLineLimitBytes: 8192,
    headerLimit: 99,
    answer: request => answerAsWsgiAgent(request, contextNow()),
    log: (...line) => contextNow().log.info('eventlet.wsgi.server', formatAccess(...line)),
  }
  return socket => new HttpConnection(socket, options)
}

function decodeConfig(value: unknown): MetadataAgentConfig {
  checkMembers(value, {
    release: 'string',
    name: 'string',
    mechanism_driver: 'string',
    metadata_proxy_socket: 'string',
    metadata_proxy_shared_secret: 'string',
    nova_metadata_protocol: 'string',
    nova_metadata_host: 'string',
    nova_metadata_port: 'number',
    ports: 'array',
    uid: 'number',
    gid: 'number',
    pidFile: 'string',
  })
  return value as unknown as MetadataAgentConfig
}
