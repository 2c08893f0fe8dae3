import { quoteCommand } from '../plan/shell-quote.ts'

interface Failure {
  readonly argv: readonly string[]
  readonly stdin?: string | undefined
  readonly exitCode: number | null
  readonly signal: string | null
  /** What the program itself said. */
  readonly output: string
}

/** A program that could not be started or did not end well; the message can be pasted into a shell. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly argv: readonly string[]
  readonly exitCode: number | null
  readonly output: string

  constructor(failure: Failure, options?: ErrorOptions) {
    super(messageOf(failure), options)
    this.argv = failure.argv
    this.exitCode = failure.exitCode
    this.output = failure.output
  }
}

/** Whether timeout(1) has ended a program. */
export function isTimeout(error: unknown): boolean {
  return error instanceof CommandFailed && error.argv[0] === 'timeout' && error.exitCode === 124
}

function messageOf({ argv, stdin, exitCode, signal, output }: Failure): string {
  const line = failedLineOf(output)
  const ending = signal === null ? `exited with ${exitCode ?? 'no code'}` : `was ended by ${signal}`
  const failing = line === null ? undefined : stdin?.split('\n')[line - 1]
  const shown =
    failing === undefined
      ? quoteCommand(argv)
      : `${quoteCommand(argv.filter(word => word !== '-batch' && word !== '-'))} ${failing}`
  return `${shown}\n${ending}${output === '' ? '' : `: ${output}`}`
}

/** From 1: iproute2 says `Command failed -:3` for the third line of a batch. Null where the program names none. */
function failedLineOf(output: string): number | null {
  const match = /^Command failed -:(\d+)$/m.exec(output)
  return match?.[1] === undefined ? null : Number(match[1])
}
