/** Something that a lab needs is missing on the machine; the command line ends with exit code 3. */
export class MachineLacksError extends Error {
  override readonly name = 'MachineLacksError'
  readonly exitCode = 3
  /** The next command to type, where there is one. */
  readonly hint: string | undefined

  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options)
    this.hint = hint
  }
}
