import { printRules, readRules } from '../linux/read-rules.ts'
import { rulesDifferences } from '../plan/rules-differences.ts'
import type { RulesStep } from '../plan/step.ts'

/** What a namespace's rules have different from a step's, a line each; empty where it stands. Throws CommandFailed. */
export async function compareRules(step: RulesStep): Promise<string[]> {
  return step.family === 'bridge'
    ? await compareBridgeRules(step)
    : rulesDifferences(step.rules, await readRules(step.namespace, step.family))
}

/** Their text is another from version to version, and not every machine can have them: then there are to be none. */
async function compareBridgeRules({ namespace, rules }: RulesStep): Promise<string[]> {
  const seen = await readRules(namespace, 'bridge').catch((error: unknown) => ({ error }))
  if (typeof seen === 'string' && rulesDifferences(rules, seen).length === 0) return []
  const wanted = await printRules(rules)
  if (wanted === null) return []
  if (typeof seen !== 'string') throw seen.error
  return rulesDifferences(wanted, seen)
}
