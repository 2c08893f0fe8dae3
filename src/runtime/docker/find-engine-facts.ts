import { askEngine } from './ask-engine.ts'
import type { EngineFacts } from './engine.ts'
import type { Environment } from './resolve-endpoint.ts'
import { tryEndpoints } from './try-endpoints.ts'

/** What the engine is that `findEngine` finds, without dockerode. Throws EngineUnusable as that does. */
export async function findEngineFacts(environment: Environment): Promise<EngineFacts> {
  return tryEndpoints(environment, host => askEngine(host, { environment }))
}
