import type { Engine } from '../src/runtime/docker/engine.ts'
import { askEngine } from './ask-engine.ts'
import { enginePrograms } from './engine-programs.ts'

/** The engines of the machine's own that answer, which tests use then. */
export async function machinesEngines(): Promise<readonly FoundEngine[]> {
  const found = await Promise.all(KINDS.map(findEngine))
  return found.flatMap(engine => engine ?? [])
}

interface FoundEngine {
  readonly kind: Engine['kind']
  /** `unix://…` */
  readonly host: string
}

const KINDS: readonly Engine['kind'][] = ['docker', 'podman']

async function findEngine(kind: Engine['kind']): Promise<FoundEngine | null> {
  for (const host of enginePrograms[kind].hosts) {
    if (host?.startsWith('unix://') && (await askEngine(host)) === kind) return { kind, host }
  }
  return null
}
