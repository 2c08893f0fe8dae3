import { createServer, type ListenOptions, type Server, type Socket } from 'node:net'
import type { SecureListening } from './server-tls.ts'
import { reasonOf } from './tls-reason.ts'

/** A listening socket whose connections each have something that can be asked to stop. */
export interface Listener {
  readonly server: Server
  /** Takes no more connections, lets those at work finish, and cuts off what is left after the grace. */
  stop(graceMs: number): Promise<void>
}

type Serve = (socket: Socket) => { stop(): void }

/** Listens; rejects with an error that says what is in the way. With `secure` it speaks TLS alone. */
export async function listen(
  where: ListenOptions,
  serve: Serve,
  secure?: SecureListening,
): Promise<Listener> {
  const connections = new Map<Socket, { stop(): void }>()
  const accept = (socket: Socket) => {
    connections.set(socket, serve(socket))
    socket.on('close', () => connections.delete(socket))
  }
  const server =
    secure === undefined ? createServer(HALF_OPEN, accept) : listenSecurely(secure, accept)
  // In a handshake there is nothing yet that could be asked to stop.
  const shaking = new Set<Socket>()
  if (secure !== undefined)
    server.on('connection', (socket: Socket) => {
      shaking.add(socket)
      socket.on('close', () => shaking.delete(socket))
    })
  await new Promise<void>((resolve, reject) => {
    // Later ones are of single connections that could not be taken.
    server.on('error', error => reject(explain(error)))
    server.listen({ backlog: BACKLOG, ...where }, resolve)
  })
  return { server, stop: graceMs => stop(server, connections, shaking, graceMs) }
}

const HALF_OPEN = { allowHalfOpen: true }
/** Neutron's `metadata_backlog` and Nova's `backlog`, where net.core.somaxconn does not say less. */
const BACKLOG = 4096

/** Loaded only where it is used. */
function listenSecurely(
  { options, onFailure }: SecureListening,
  accept: (socket: Socket) => void,
): Server {
  const server = process
    .getBuiltinModule('node:tls')
    .createServer({ ...options, ...HALF_OPEN }, accept)
  server.on('tlsClientError', error => onFailure(reasonOf(error)))
  return server
}

function explain(error: NodeJS.ErrnoException & { port?: number }): Error {
  if (error.code !== 'EADDRINUSE' || error.port === undefined) return error
  const hint = `\`ss -ltnp sport = :${error.port}\` names the process that has it`
  return new Error(`${error.message}; ${hint}`, { cause: error })
}

async function stop(
  server: Server,
  connections: Map<Socket, { stop(): void }>,
  shaking: ReadonlySet<Socket>,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  for (const connection of connections.values()) connection.stop()
  const cut = setTimeout(() => {
    for (const socket of [...connections.keys(), ...shaking]) socket.destroy()
  }, graceMs)
  await closed
  clearTimeout(cut)
}
