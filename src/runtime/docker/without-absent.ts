import { existsSync } from 'node:fs'
import type { Container } from '../../plan/step.ts'

/** A container as an engine takes it: without the optional mounts of which this machine has nothing now. */
export function withoutAbsent(container: Container): Container {
  const mounts = container.mounts.filter(({ path, optional }) => !optional || existsSync(path))
  return { ...container, mounts }
}
