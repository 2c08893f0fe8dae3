import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { filesWithoutTests } from './files-without-tests.ts'
import { readTapLine } from './read-tap-line.ts'
import { add, type Failure, gatherFailure, nothing, showFailed, type Total } from './total.ts'

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

/** Runs ava on files, shows one line a test and the details of those that fail. A file of which no test ended fails. */
export async function runTests({ files, options = [], ...more }: TestRun): Promise<Total> {
  if (files.length === 0) return nothing
  const ava = execa('ava', ['--tap', ...options, ...files], {
    reject: false,
    stderr: ['inherit', 'pipe'],
    buffer: false,
    ...more,
  })
  const said = lastLines(createInterface({ input: ava.stderr }))
  let total = nothing
  let failures: readonly Failure[] = []
  const shownLines: string[] = []
  for await (const line of createInterface({ input: ava.stdout })) {
    const { shown, counted } = readTapLine(line)
    total = add(total, counted)
    if (shown === undefined) continue
    const named = nameFile(shown, files)
    console.log(named)
    shownLines.push(named)
    failures = gatherFailure(failures, named)
  }
  const { failed, shortMessage } = await ava
  total = { ...total, failures }
  const silent = filesWithoutTests(files, shownLines)
  // ava can also end badly without a failed test: a signal, a file without tests, a promise that nobody has caught.
  if (silent.length === 0 && (!failed || total.failed > 0)) return total
  const what = [
    `${shortMessage ?? ''}`,
    ...said,
    ...silent.map(file => `no test of ${file} has ended`),
  ]
  return add(total, showFailed('ava came to no good end', what))
}

/** ava names files where there are several. */
function nameFile(line: string, [file = '', ...others]: readonly string[]): string {
  return others.length > 0
    ? line
    : line.replace(/^[✔✘-] /, sign => `${sign}${basename(file, '.test.ts')} › `)
}

/** The latest of what comes, in a list that grows. */
function lastLines(lines: ReturnType<typeof createInterface>): readonly string[] {
  const last: string[] = []
  lines.on('line', line => {
    last.push(line)
    if (last.length > LAST_LINES) last.shift()
  })
  return last
}

const LAST_LINES = 20
