import type { Engine } from './engine.ts'

const engines = new Map<string, Promise<Engine>>()

/** The engine at a host (`unix:///var/run/docker.sock`), asked once for what it is. Throws EngineUnusable. */
export function engineAt(host: string): Promise<Engine> {
  const known = engines.get(host)
  if (known !== undefined) return known
  const asked = import('./connect-engine.ts').then(({ connectEngine }) => connectEngine(host))
  engines.set(host, asked)
  // One that comes back later is asked anew.
  asked.catch(() => engines.delete(host))
  return asked
}
