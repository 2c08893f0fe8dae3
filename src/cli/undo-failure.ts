import { ApplyFailed } from '../lab/apply.ts'
import { LabError } from '../lab/lab-error.ts'
import { readRecord } from '../lab/record.ts'
import { takeDown } from '../lab/take-down.ts'
import { describeFailure, wordsOf } from './describe-failure.ts'
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
  const problem = await describeFailure(error, failure.whereIs)
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
