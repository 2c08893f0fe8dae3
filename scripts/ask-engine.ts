import type { Engine } from '../src/runtime/docker/engine.ts'

/** Which engine answers at a host, `unix:///…`; undefined where none does within two seconds. */
export async function askEngine(host: string): Promise<Engine['kind'] | undefined> {
  const { default: Docker } = await import('dockerode')
  try {
    const api = new Docker({ socketPath: host.replace(/^unix:\/\//, ''), timeout: 2000 })
    const { Components = [] } = await api.version()
    return Components.some(({ Name }) => /podman/i.test(Name)) ? 'podman' : 'docker'
  } catch {
    // Nobody listens there, or it is no engine.
    return undefined
  }
}
