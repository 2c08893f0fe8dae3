import { LabError } from '../lab/lab-error.ts'
import { type LabRecord, upCommandOf } from '../lab/record.ts'
import { describeFailure } from './describe-failure.ts'
import { Interrupted } from './interrupt.ts'

/**
 * The error to show of what a lab was to do and has not come to an end with; one that tells itself what stands or what to type
 * is given back as it is.
 */
export async function explainHalfWay(
  error: unknown,
  record: Pick<LabRecord, 'lab' | 'topology' | 'options'>,
  what: string,
): Promise<LabError> {
  if (error instanceof LabError && (error.hint ?? error.standing) !== null) return error
  return new LabError(`${what} did not come to its end\n${await describeFailure(error)}`, {
    cause: error,
    standing: 'What was done of it stands.',
    hint: `\`${upCommandOf(record)}\` puts the lab right, \`lab down ${record.lab}\` takes it away.`,
    exitCode: error instanceof Interrupted ? error.exitCode : 1,
  })
}
