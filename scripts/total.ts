/** How many checks and tests came to which end. */
export interface Total {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const nothing: Total = { passed: 0, failed: 0, skipped: 0 }

export function add(one: Total, other: Total): Total {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  }
}

/** Ends the output with the line that continuous integration reads, and sets the exit code. */
export function showTotal({ passed, failed, skipped }: Total): void {
  if (skipped > 0) console.log(`${skipped} skipped`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}
