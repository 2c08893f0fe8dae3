import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { readTapLine } from './read-tap-line.ts'
import { add, nothing, type Total } from './total.ts'

export interface TestRun {
  readonly files: readonly string[]
  /** Of ava. */
  readonly options?: readonly string[]
  /** More than its own environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly cancelSignal?: AbortSignal
}

/** For tests that look at the machine, which others would change meanwhile. */
export const ONE_BY_ONE = ['--serial', '--concurrency=1'] as const

/** Runs ava on files, shows one line a test and the details of those that fail. */
export async function runTests({ files, options = [], ...more }: TestRun): Promise<Total> {
  if (files.length === 0) return nothing
  const ava = execa('ava', ['--tap', ...options, ...files], {
    reject: false,
    stderr: 'inherit',
    buffer: false,
    ...more,
  })
  let total = nothing
  for await (const line of createInterface({ input: ava.stdout })) {
    const { shown, counted } = readTapLine(line)
    if (shown !== undefined) console.log(nameFile(shown, files))
    total = add(total, counted)
  }
  const { failed } = await ava
  // ava can also end badly without a failed test: a file without tests, a promise that nobody has caught.
  return failed && total.failed === 0 ? add(total, { ...nothing, failed: 1 }) : total
}

/** ava names files where there are several. */
function nameFile(line: string, [file = '', ...others]: readonly string[]): string {
  return others.length > 0
    ? line
    : line.replace(/^[✔✘-] /, sign => `${sign}${basename(file, '.test.ts')} › `)
}
