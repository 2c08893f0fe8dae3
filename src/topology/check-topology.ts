import { checkAddresses } from './check/check-addresses.ts'
import { checkCapacity } from './check/check-capacity.ts'
import { checkIdentities } from './check/check-identities.ts'
import { checkNames } from './check/check-names.ts'
import { checkReferences } from './check/check-references.ts'
import { checkRouters } from './check/check-routers.ts'
import { checkSubnets } from './check/check-subnets.ts'
import type { Finding } from './finding.ts'
import type { PrunedTopology } from './prune.ts'

/** What no single value shows: names, references, addresses and ids that do not fit each other. */
export function checkTopology(pruned: PrunedTopology): Finding[] {
  return checks.flatMap(check =>
    check(pruned).map(finding => ({ ...finding, path: pruned.toFilePath(finding.path) })),
  )
}

const checks = [
  checkNames,
  checkReferences,
  checkSubnets,
  checkRouters,
  checkAddresses,
  checkCapacity,
  checkIdentities,
]
