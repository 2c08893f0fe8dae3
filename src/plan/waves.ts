import { batchKeyOf } from './command.ts'
import type { Step } from './step.ts'

/**
 * The plan in an order in which it can be carried out one group after the other: a group holds steps that go as one
 * process. Throws on a need that no step satisfies and on a circle, which are mistakes of this program.
 */
export function orderIntoGroups(steps: readonly Step[]): Step[][] {
  const waiting = new Map(steps.map(step => [step.id, step]))
  const done = new Set<string>()
  const groups: Step[][] = []
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(step => step.needs.every(need => done.has(need)))
    if (ready.length === 0) throw new Error(describeDeadlock(waiting, done))
    for (const group of groupByBatch(ready)) {
      groups.push(group)
      for (const step of group) {
        waiting.delete(step.id)
        done.add(step.id)
      }
    }
  }
  return groups
}

/** Groups steps that are ready together: those of one batch key go as one, the others alone. */
export function groupByBatch(steps: readonly Step[]): Step[][] {
  const groups = new Map<string, Step[]>()
  for (const step of steps) {
    const key = batchOrOwnKey(step)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [step])
    else group.push(step)
  }
  return [...groups.values()]
}

/** What steps must have in common to go as one process; a step that always goes alone has its id. */
export function batchOrOwnKey(step: Step): string {
  if (step.kind === 'file' || step.kind === 'directory') return step.id
  return batchKeyOf(step) ?? step.id
}

function describeDeadlock(waiting: Map<string, Step>, done: Set<string>): string {
  const lines = [...waiting.values()].map(
    step => `${step.id} needs ${step.needs.filter(need => !done.has(need)).join(', ')}`,
  )
  return `The plan cannot be ordered: ${lines.join('; ')}`
}
