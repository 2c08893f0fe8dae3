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
  readonly topology: string
  /** Leave what stands: the user asked for it, or the lab stood before. */
  readonly keep: boolean
  readonly whereIs: (path: readonly string[]) => string
}

/**
 * After a failed or interrupted `lab up`: takes away what was built, unless it is to be kept, and gives the error to
 * show. Errors from before anything was made are given back as they are.
 */
export async function undoFailure(error: unknown, failure: Failure): Promise<unknown> {
  const { lab, topology, keep } = failure
  const interrupted = error instanceof Interrupted
  if (readRecord(lab) === null || !(interrupted || error instanceof ApplyFailed)) return error
  const problem = interrupted ? 'Interrupted' : await describe(error, failure)
  const count =
    error instanceof ApplyFailed ? `${error.done} of ${error.total} resources were made. ` : ''
  const exitCode = interrupted ? error.exitCode : 1
  if (keep)
    return new LabError(problem, {
      cause: error,
      standing: `${count}What was made stands.`,
      hint: `\`lab up ${topology}\` goes on, \`lab down ${lab}\` takes it away.`,
      exitCode,
    })
  remark(`${interrupted ? 'Interrupted' : 'Failed'}: taking away what was built …`)
  await takeDown(lab)
  return new LabError(problem, {
    cause: error,
    standing: `${count}All of it was taken away again; the machine is as before.`,
    hint: interrupted ? undefined : 'With --keep-on-error it stays, to be looked at.',
    exitCode,
  })
}

/** What failed and where, and what the machine lacks where that is why. */
async function describe(error: unknown, { whereIs }: Failure): Promise<string> {
  if (!(error instanceof ApplyFailed)) return 'Failed'
  const cause = error.cause instanceof Error ? error.cause.message : String(error.cause)
  const source = error.steps[0]?.source ?? []
  const lacks = missingIn(await checkMachine(labsDirectory))
  return [
    error.message,
    cause,
    ...(source.length === 0 ? [] : [whereIs(source)]),
    ...lacks.map(({ title, found }) => `The machine lacks: ${title}: ${found}`),
  ].join('\n')
}
