import { connectEngine } from './connect-engine.ts'
import type { Engine, EngineFacts } from './engine.ts'
import type { Environment } from './resolve-endpoint.ts'
import { tryEndpoints } from './try-endpoints.ts'

/**
 * The engine that the docker CLI would use; where nothing names one and docker's own cannot be used, Podman's root
 * socket. Throws EngineUnusable, which tells what was tried.
 */
export async function findEngine(environment: Environment): Promise<Engine & EngineFacts> {
  return tryEndpoints(environment, host => connectEngine(host, { environment }))
}
