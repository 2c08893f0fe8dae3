interface LabErrorOptions extends ErrorOptions {
  /** What stands now. */
  readonly standing?: string
  /** What to type next. */
  readonly hint?: string | undefined
  readonly exitCode?: number
}

/** An error whose message is meant for the user; the CLI renders it without a stack trace. */
export class LabError extends Error {
  override readonly name = 'LabError'
  readonly standing: string | null
  readonly hint: string | null
  readonly exitCode: number

  constructor(message: string, options: LabErrorOptions = {}) {
    super(message, options)
    this.standing = options.standing ?? null
    this.hint = options.hint ?? null
    this.exitCode = options.exitCode ?? 1
  }
}
