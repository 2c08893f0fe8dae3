import { Schedule, type StepGroup } from './schedule.ts'
import type { Step } from './step.ts'

/**
 * The plan in an order in which it can be carried out one group after the other. Throws on a need that no step
 * satisfies and on a circle, which are mistakes of this program.
 */
export function orderIntoGroups(steps: readonly Step[]): StepGroup[] {
  refuseUnknownNeeds(steps)
  const schedule = new Schedule(steps)
  const groups: StepGroup[] = []
  for (let group = schedule.takeGroup(); group !== null; group = schedule.takeGroup()) {
    groups.push(group)
    schedule.markDone(group)
  }
  if (schedule.doneCount === steps.length) return groups
  throw new Error(`The plan cannot be ordered: ${schedule.describeWaiting()}`)
}

function refuseUnknownNeeds(steps: readonly Step[]): void {
  const known = new Set(steps.map(({ id }) => id))
  for (const { id, needs } of steps) {
    const unknown = needs.find(need => !known.has(need))
    if (unknown !== undefined) throw new Error(`The plan cannot be ordered: ${id} needs ${unknown}`)
  }
}
