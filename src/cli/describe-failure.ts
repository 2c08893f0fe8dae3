import { ApplyFailed } from '../lab/apply.ts'
import { LabError } from '../lab/lab-error.ts'
import { labsDirectory } from '../lab/paths.ts'
import { isTimeout } from '../linux/command-failed.ts'
import { checkMachine, missingIn } from '../linux/machine/check-machine.ts'
import { Interrupted } from './interrupt.ts'

/** What failed of a change and where, and what the machine lacks where that is why. */
export async function describeFailure(
  error: unknown,
  whereIs?: (path: readonly string[]) => string,
): Promise<string> {
  if (error instanceof Interrupted) return 'Interrupted'
  if (!(error instanceof ApplyFailed)) return wordsOf(error)
  const source = error.steps[0]?.source ?? []
  const lacks = missingIn(await checkMachine(labsDirectory))
  return [
    error.message,
    wordsOf(error.cause),
    ...hintOf(error.cause),
    ...adviceOf(error),
    ...(source.length === 0 || whereIs === undefined ? [] : [whereIs(source)]),
    ...lacks.map(({ title, found }) => `The machine lacks: ${title}: ${found}`),
  ].join('\n')
}

/** An error in its own words. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Of a wait in vain. */
function adviceOf({ steps: [step], cause }: ApplyFailed): string[] {
  const advice = step?.kind === 'wait' ? step.advice : undefined
  return advice !== undefined && isTimeout(cause) ? [advice] : []
}

/** What to do about the failure itself, as against what to do with what stands. */
function hintOf(cause: unknown): string[] {
  return cause instanceof LabError && cause.hint !== null ? [cause.hint] : []
}
