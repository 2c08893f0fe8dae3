/**
 * Tells the user of an error on stderr: what could not be done, the command with its own words, what stands now and
 * what to type next. A stack trace only where LAB_DEBUG is set. Gives the exit code.
 */
export async function renderError(error: unknown): Promise<number> {
  process.stderr.write(`${await describe(error)}\n`)
  if (process.env.LAB_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return exitCodeOf(error)
}

/** Mistakes of a topology are printed as they stand, so that editors and terminals find `file:line:column`. */
async function describe(error: unknown): Promise<string> {
  if (error instanceof Error && error.name === 'TopologyMistakes') return error.message
  const { colorsFor } = await import('./colors.ts')
  const { asTyped } = await import('./command-name.ts')
  return `${colorsFor('stderr').red('✖')} ${asTyped(linesOf(error).join('\n'))}`
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

/** AbortError: an interrupted command, with the code that shells give one. */
const OWN_ERRORS = new Set(['LabError', 'TopologyMistakes', 'AbortError'])

function isOwn(error: Error): boolean {
  return OWN_ERRORS.has(error.name)
}

function linesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  return [...error.message.split('\n'), ...closingLines(error)].map(indent)
}

function closingLines(error: Error): string[] {
  const standing = 'standing' in error ? error.standing : null
  const hint = 'hint' in error ? error.hint : null
  return [standing, hint].filter(line => typeof line === 'string')
}

function indent(line: string, index: number): string {
  return index === 0 ? line : `  ${line}`
}
