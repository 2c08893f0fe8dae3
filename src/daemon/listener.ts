import { createServer, type ListenOptions, type Server, type Socket } from 'node:net'

/** A listening socket whose connections each have something that can be asked to stop. */
export interface Listener {
  readonly server: Server
  /** Takes no more connections, lets those at work finish, and cuts off what is left after the grace. */
  stop(graceMs: number): Promise<void>
}

/** Listens; rejects with an error that says what is in the way. */
export async function listen(
  where: ListenOptions,
  serve: (socket: Socket) => { stop(): void },
): Promise<Listener> {
  const connections = new Map<Socket, { stop(): void }>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    connections.set(socket, serve(socket))
    socket.on('close', () => connections.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(explain(error)))
    server.listen(where, resolve)
  })
  return { server, stop: graceMs => stop(server, connections, graceMs) }
}

function explain(error: NodeJS.ErrnoException & { port?: number }): Error {
  if (error.code !== 'EADDRINUSE' || error.port === undefined) return error
  const hint = `\`ss -ltnp sport = :${error.port}\` names the process that has it`
  return new Error(`${error.message}; ${hint}`, { cause: error })
}

async function stop(
  server: Server,
  connections: Map<Socket, { stop(): void }>,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  for (const connection of connections.values()) connection.stop()
  const cut = setTimeout(() => {
    for (const socket of connections.keys()) socket.destroy()
  }, graceMs)
  await closed
  clearTimeout(cut)
}
