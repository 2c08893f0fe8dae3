import type { Engine } from './engine.ts'
import type { Environment } from './resolve-endpoint.ts'

const engines = new Map<string, Promise<Engine>>()

/** The engine of a plan at its host (`unix:///var/run/docker.sock`), reached once. Throws EngineUnusable where none answers. */
export function engineAt(host: string, environment: Environment = process.env): Promise<Engine> {
  const known = engines.get(host)
  if (known !== undefined) return known
  const asked = reach(host, environment)
  engines.set(host, asked)
  // One that comes back later is asked anew.
  asked.catch(() => engines.delete(host))
  return asked
}

async function reach(host: string, environment: Environment): Promise<Engine> {
  const { reachEngine } = await import('./reach-engine.ts')
  return await reachEngine(host, environment)
}
