import { ApplyFailed } from '../lab/apply.ts'
import { LabError } from '../lab/lab-error.ts'
import { labsDirectory } from '../lab/paths.ts'
import { readRecord } from '../lab/record.ts'
import { takeDown } from '../lab/take-down.ts'
import { checkMachine, missingIn } from '../linux/machine/check-machine.ts'
import { Interrupted } from './interrupt.ts'
import { remark } from './print.ts'

interface Failure {
  readonly lab: string
  /** What goes on where it stopped. */
  readonly upCommand: string
  /** The lab had a record before. */
  readonly stood: boolean
  /** Leave what stands: the user asked for it, or the lab stood before. */
  readonly keep: boolean
  readonly whereIs: (path: readonly string[]) => string
}

/**
 * After a failed or interrupted `lab up`: takes away what was built, unless it is to be kept, and gives the error to
 * show. Errors from before the lab claimed its names are given back as they are; of a lab that stood, those too that
 * say themselves what stands.
 */
export async function undoFailure(error: unknown, failure: Failure): Promise<unknown> {
  const { lab, upCommand, stood, keep } = failure
  const isHalfWay = error instanceof Interrupted || error instanceof ApplyFailed
  if (readRecord(lab) === null || (stood && !isHalfWay)) return error
  const problem = await describe(error, failure)
  const count =
    error instanceof ApplyFailed ? `${error.done} of ${error.total} resources were made. ` : ''
  const exitCode = error instanceof Interrupted ? error.exitCode : 1
  const goOn = `\`${upCommand}\` goes on, \`lab down ${lab}\` takes it away.`
  if (keep)
    return new LabError(problem, {
      cause: error,
      standing: `${count}What was made stands.`,
      hint: goOn,
      exitCode,
    })
  remark(`${error instanceof Interrupted ? 'Interrupted' : 'Failed'}: taking away what was built …`)
  try {
    await takeDown(lab)
  } catch (second) {
    return new LabError(`${problem}\n${wordsOf(second)}`, {
      cause: error,
      standing: `${count}Not all of it could be taken away again.`,
      hint: goOn,
      exitCode,
    })
  }
  return new LabError(problem, {
    cause: error,
    standing: `${count}All of it was taken away again; the machine is as before.`,
    hint:
      error instanceof Interrupted ? undefined : 'With --keep-on-error it stays, to be looked at.',
    exitCode,
  })
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What failed and where, and what the machine lacks where that is why. */
async function describe(error: unknown, { whereIs }: Failure): Promise<string> {
  if (error instanceof Interrupted) return 'Interrupted'
  if (!(error instanceof ApplyFailed)) return wordsOf(error)
  const source = error.steps[0]?.source ?? []
  const lacks = missingIn(await checkMachine(labsDirectory))
  return [
    error.message,
    wordsOf(error.cause),
    ...hintOf(error.cause),
    ...(source.length === 0 ? [] : [whereIs(source)]),
    ...lacks.map(({ title, found }) => `The machine lacks: ${title}: ${found}`),
  ].join('\n')
}

/** What to do about the failure itself, as against what to do with what stands. */
function hintOf(cause: unknown): string[] {
  return cause instanceof LabError && cause.hint !== null ? [cause.hint] : []
}
