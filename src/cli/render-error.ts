import { ApplyFailed } from '../lab/apply.ts'
import { LabError } from '../lab/lab-error.ts'

/**
 * Tells the user of an error on stderr: what could not be done, the command with its own words, what stands now and
 * what to type next. A stack trace only where LAB_DEBUG is set. Gives the exit code.
 */
export async function renderError(error: unknown): Promise<number> {
  const { chalkStderr } = await import('chalk')
  const lines = linesOf(error)
  process.stderr.write(`${chalkStderr.red('✖')} ${lines.join('\n')}\n`)
  if (process.env.LAB_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return exitCodeOf(error)
}

function exitCodeOf(error: unknown): number {
  if (
    error instanceof Error &&
    'exitCode' in error &&
    typeof error.exitCode === 'number' &&
    isOwn(error)
  )
    return error.exitCode
  return 1
}

const OWN_ERRORS = new Set(['LabError', 'TopologyMistakes', 'MachineLacksError'])

function isOwn(error: Error): boolean {
  return OWN_ERRORS.has(error.name)
}

function linesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  const cause = error instanceof ApplyFailed ? causeLines(error) : []
  return [...error.message.split('\n'), ...cause, ...closingLines(error)].map(indent)
}

function causeLines(error: ApplyFailed): string[] {
  const source = error.steps[0]?.source
  const words =
    error.cause instanceof Error ? error.cause.message.split('\n') : [String(error.cause)]
  return [...words, ...(source ? [`in the topology: ${source}`] : [])]
}

function closingLines(error: Error): string[] {
  if (!(error instanceof LabError)) return []
  return [error.standing, error.hint].filter(line => line !== null)
}

function indent(line: string, index: number): string {
  return index === 0 ? line : `  ${line}`
}
