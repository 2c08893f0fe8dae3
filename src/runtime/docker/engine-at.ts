import type { Engine } from './engine.ts'
import type { Environment } from './resolve-endpoint.ts'

const engines = new Map<string, Promise<Engine>>()

/** The engine at a host (`unix:///var/run/docker.sock`), asked once for what it is. Throws EngineUnusable. */
export function engineAt(host: string, environment: Environment = process.env): Promise<Engine> {
  const known = engines.get(host)
  if (known !== undefined) return known
  const asked = connect(host, environment)
  engines.set(host, asked)
  // One that comes back later is asked anew.
  asked.catch(() => engines.delete(host))
  return asked
}

async function connect(host: string, environment: Environment): Promise<Engine> {
  const { connectEngine } = await import('./connect-engine.ts')
  return await connectEngine(host, { environment })
}
