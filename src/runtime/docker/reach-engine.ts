import { connectionTo } from './connection-to.ts'
import { kindOf } from './decode-answers.ts'
import type { Engine } from './engine.ts'
import { getFromEngine } from './get-from-engine.ts'
import { loadClient } from './load-client.ts'
import type { Environment } from './resolve-endpoint.ts'
import { withinTime } from './within-time.ts'

/**
 * Connects to an engine that was asked before what it is, as that of a plan was: Podman takes a quarter of a second to
 * tell. Throws EngineUnusable where none answers.
 */
export async function reachEngine(host: string, environment: Environment): Promise<Engine> {
  const connection = connectionTo(host, environment)
  const ping = withinTime(host, undefined, signal => getFromEngine(connection, '/_ping', signal))
  const [{ headers }, api] = await Promise.all([ping, loadClient(connection)])
  return { kind: kindOf(headers), host, api }
}
