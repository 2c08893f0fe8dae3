import type { RulesStep } from './step.ts'

/** The step that has the tables which one has and its successor has not; null where there are none. */
export function withdrawnTables(before: RulesStep, after: RulesStep): RulesStep | null {
  const kept = new Set(tablesOf(after))
  const gone = tablesOf(before).filter(table => !kept.has(table))
  return gone.length === 0 ? null : { ...before, rules: gone.join('\n') }
}

/** `*nat` and its like. */
function tablesOf({ rules }: RulesStep): string[] {
  return rules.split('\n').filter(line => line.startsWith('*'))
}
