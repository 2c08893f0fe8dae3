import type { Finding } from './finding.ts'
import type { PrunedTopology } from './prune.ts'

/** What no single value shows: references, addresses and names that do not fit each other. */
export function checkTopology(pruned: PrunedTopology): Finding[] {
  const checks: ((pruned: PrunedTopology) => Finding[])[] = []
  return checks.flatMap(check =>
    check(pruned).map(finding => ({ ...finding, path: pruned.toFilePath(finding.path) })),
  )
}
