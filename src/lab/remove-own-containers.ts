import { isContained, type Step } from '../plan/step.ts'
import { LabError } from './lab-error.ts'

/**
 * Removes containers of steps, before their processes are ended, which the engine would put back. Gives what failed instead of throwing it: an engine that is
 * gone for good keeps nothing else of a lab standing.
 */
export async function removeOwnContainers(
  steps: readonly Step[],
  onEffect: ((effect: string) => void) | undefined,
): Promise<{ readonly removed: number; readonly failures: readonly string[] }> {
  const containers = steps.filter(isContained).map(({ container }) => container)
  if (containers.length === 0) return { removed: 0, failures: [] }
  for (const { name } of containers) onEffect?.(`remove container ${name}`)
  const { removeContainers } = await import('../runtime/docker/remove-containers.ts')
  try {
    return { removed: await removeContainers(containers), failures: [] }
  } catch (error) {
    const hint = error instanceof LabError && error.hint !== null ? [error.hint] : []
    return { removed: 0, failures: [[wordsOf(error), ...hint].join('\n')] }
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
