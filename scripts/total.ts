import process from 'node:process'

/** How many checks and tests came to which end. */
export interface Total {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What was shown of those that failed, as `gatherFailure` gathers it. */
  readonly failures: readonly Failure[]
}

/** The line with its name, then what was said of it. */
export type Failure = readonly string[]

export const nothing: Total = { passed: 0, failed: 0, skipped: 0, failures: [] }

export function add(one: Total, other: Total): Total {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    failures: [...one.failures, ...other.failures],
  }
}

export function showPassed(title: string): Total {
  console.log(`✔ ${title}`)
  return { ...nothing, passed: 1 }
}

export function showFailed(title: string, details: readonly string[]): Total {
  const failure = [`✘ ${title}`, ...details.map(line => `  ${line}`)]
  console.log(failure.join('\n'))
  return { ...nothing, failed: 1, failures: [failure] }
}

/** What a run has left on the machine is its failure. */
export function showLeft(what: string, left: readonly string[]): Total {
  return left.length === 0 ? showPassed(`${what} is left behind`) : showFailed('left behind:', left)
}

/** Adds a line that is shown, of one run of tests, to the failures before it: it names another, or tells of the last. */
export function gatherFailure(failures: readonly Failure[], line: string): readonly Failure[] {
  const last = failures.at(-1)
  if (line.startsWith('✘ ')) return [...failures, [line]]
  if (last === undefined || !line.startsWith('  ')) return failures
  return [...failures.slice(0, -1), [...last, line]]
}

/** Ends the output with the line that continuous integration reads, and sets the exit code. */
export function showTotal({ passed, failed, skipped }: Total): void {
  if (skipped > 0) console.log(`${skipped} skipped`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

/** What failed once more, at the end: of long outputs that is what is read, and often all that is kept. */
export function showFailures({ failures }: Total): void {
  if (failures.length > 0) console.log(`\nWhat failed:`)
  for (const [title, ...details] of failures) {
    console.log([title, ...details.slice(0, DETAILS)].join('\n'))
    if (details.length > DETAILS)
      console.log(`  … and ${details.length - DETAILS} lines more, above`)
  }
}

/** Lines of one failure: what differs and where, of a test. */
const DETAILS = 30
