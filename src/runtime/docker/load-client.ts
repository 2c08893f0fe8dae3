import type { Connection } from './connection-to.ts'
import type { Engine } from './engine.ts'

/** Dockerode for one engine. It takes longer to load than an engine to answer. */
export async function loadClient(connection: Connection): Promise<Engine['api']> {
  const { default: Docker } = await import('dockerode')
  // Each by name: what is left out, dockerode takes from DOCKER_HOST, which may name another engine.
  return new Docker({ host: undefined, port: undefined, protocol: 'http', ...connection })
}
