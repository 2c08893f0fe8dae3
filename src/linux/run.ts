import { execa } from 'execa'
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
 * Runs a system tool to its end and gives what it printed. The environment holds nothing but the system PATH, the C
 * locale and the lab's name. Throws CommandFailed.
 */
export async function run(
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<string> {
  const [file, ...rest] = argv
  const result = await execa(file, rest, {
    ...(options.stdin === undefined ? { stdin: 'ignore' } : { input: options.stdin }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    env: environmentOf(options.lab),
    extendEnv: false,
    reject: false,
    maxBuffer: MAX_OUTPUT_BYTES,
  })
  if (!result.failed) return result.stdout
  throw new CommandFailed(
    {
      argv,
      stdin: options.stdin,
      exitCode: result.exitCode ?? null,
      signal: result.signal ?? null,
      output:
        result.stderr ||
        (result.exitCode === undefined ? (result.originalMessage ?? '') : result.stdout),
    },
    { cause: result },
  )
}

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024
