import { execFile } from 'node:child_process'
import { CommandFailed } from './command-failed.ts'
import { environmentOf } from './environment-of.ts'

export interface RunOptions {
  readonly stdin?: string | undefined
  /** Marks the process, and all that it starts, as the lab's. */
  readonly lab?: string
  readonly signal?: AbortSignal
  /** Milliseconds after which the program is killed. */
  readonly timeoutMs?: number
}

/**
 * Runs a system tool to its end and gives what it printed, without the last line feed. The environment holds nothing
 * but the system PATH, the C locale and the lab's name. Throws CommandFailed. Node's own execFile, because loading a
 * library for it costs every command a third of its start.
 */
export function run(
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<string> {
  const [file, ...rest] = argv
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = execFile(file, rest, executionOf(options), (error, stdout, stderr) => {
    if (error === null) resolve(stdout.replace(/\n$/, ''))
    else reject(failureOf(argv, options.stdin, error, stderr.trimEnd() || stdout.trimEnd()))
  })
  // A program that ends before it has read its input says why by itself.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(options.stdin ?? '')
  return promise
}

function executionOf({ lab, signal, timeoutMs }: RunOptions) {
  return {
    env: environmentOf(lab),
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  } as const
}

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024

function failureOf(
  argv: readonly string[],
  stdin: string | undefined,
  error: Error & { readonly code?: unknown; readonly signal?: unknown },
  said: string,
): CommandFailed {
  const exitCode = typeof error.code === 'number' ? error.code : null
  const signal = typeof error.signal === 'string' ? error.signal : null
  const output = said === '' && exitCode === null && signal === null ? error.message : said
  return new CommandFailed({ argv, stdin, exitCode, signal, output }, { cause: error })
}
