import { withdrawnLines } from '../plan/ip-change.ts'
import { withdrawnTables } from '../plan/rules-change.ts'
import type { Step } from '../plan/step.ts'
import type { Update } from './plan-changes.ts'

/** Pure: the step to be removed before one is changed in place, which has what goes of it; null where nothing does. */
export function withdrawalOf({ before, after }: Update): Step | null {
  if (before.kind === 'ip' && after.kind === 'ip') return withdrawnLines(before, after)
  return before.kind === 'rules' && after.kind === 'rules' ? withdrawnTables(before, after) : null
}
