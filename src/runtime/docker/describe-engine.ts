import type { EngineFacts } from './engine.ts'

/** An engine as people call it: `Docker 20.10.24`. */
export function describeEngine({ kind, version }: Pick<EngineFacts, 'kind' | 'version'>): string {
  return `${kind === 'docker' ? 'Docker' : 'Podman'} ${version}`
}
