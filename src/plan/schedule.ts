import { batchKeyOf } from './command.ts'
import type { Step } from './step.ts'

/** Steps that go together, in their order. */
export type StepGroup = readonly [Step, ...Step[]]

/**
 * Which steps wait, which are ready and which are done. Ready steps that can go as one process form a group, and so
 * does what needs nothing but steps of the group and goes by the same process: its order is kept. Needs outside the
 * list count as met.
 */
export class Schedule {
  readonly #unmet = new Map<string, Set<string>>()
  readonly #dependants = new Map<string, Step[]>()
  /** By group, in the order in which the groups began to be ready. */
  readonly #ready = new Map<string, Step[]>()
  readonly #left: Map<string, Step>
  readonly #urgency: ReadonlyMap<string, number>
  doneCount = 0

  constructor(steps: readonly Step[]) {
    this.#left = new Map(steps.map(step => [step.id, step]))
    for (const step of steps) {
      const needs = new Set(step.needs.filter(need => this.#left.has(need)))
      this.#unmet.set(step.id, needs)
      for (const need of needs) append(this.#dependants, need, step)
      if (needs.size === 0) append(this.#ready, groupKeyOf(step), step)
    }
    this.#urgency = measureUrgency(steps, this.#dependants)
  }

  /**
   * The next group: processes before files, so that they run while files are written, and what most of the work has to
   * wait for before the rest. Null when none is ready.
   */
  takeGroup(): StepGroup | null {
    const key = this.#mostUrgentKey()
    if (key === null) return null
    const waiting = this.#ready.get(key) ?? []
    const [first, ...rest] = waiting.splice(0, MAX_GROUP_STEPS)
    if (waiting.length === 0) this.#ready.delete(key)
    return first === undefined ? null : this.#withFollowers([first, ...rest], key)
  }

  markDone(group: StepGroup): void {
    this.doneCount += group.length
    const finished = new Set(group.map(({ id }) => id))
    for (const id of finished) this.#left.delete(id)
    for (const id of finished)
      for (const dependant of this.#dependants.get(id) ?? []) {
        const unmet = this.#unmet.get(dependant.id)
        unmet?.delete(id)
        if (unmet?.size === 0 && this.#left.has(dependant.id))
          append(this.#ready, groupKeyOf(dependant), dependant)
      }
  }

  /** What is neither done nor taken, and what it still needs, in words. */
  describeWaiting(): string {
    return [...this.#left.keys()]
      .map(id => `${id} needs ${[...(this.#unmet.get(id) ?? [])].join(', ')}`)
      .join('; ')
  }

  #mostUrgentKey(): string | null {
    let best: { key: string; urgency: number } | null = null
    for (const [key, [first]] of this.#ready) {
      const urgency = key.startsWith(FILE_KEY) ? 0 : (this.#urgency.get(first?.id ?? '') ?? 0)
      if (best === null || urgency > best.urgency) best = { key, urgency }
    }
    return best?.key ?? null
  }

  #withFollowers(group: [Step, ...Step[]], key: string): StepGroup {
    const members = new Set(group.map(({ id }) => id))
    for (const { id } of group)
      for (const dependant of this.#dependants.get(id) ?? []) {
        if (group.length >= MAX_GROUP_STEPS) return group
        if (members.has(dependant.id) || groupKeyOf(dependant) !== key) continue
        const unmet = this.#unmet.get(dependant.id) ?? new Set()
        if (!unmet.isSubsetOf(members)) continue
        members.add(dependant.id)
        group.push(dependant)
      }
    return group
  }
}

/** Longer groups would keep what they make from being used while they run. */
const MAX_GROUP_STEPS = 200

/** What steps must have in common to go as one process; a step that always goes alone has its id. */
export function groupKeyOf(step: Step): string {
  if (step.kind === 'file' || step.kind === 'directory') return `${FILE_KEY}${step.id}`
  return batchKeyOf(step) ?? step.id
}

const FILE_KEY = 'file '

/** How much work, in rough milliseconds, lies on the longest way from each step to the end of the plan. */
function measureUrgency(
  steps: readonly Step[],
  dependants: ReadonlyMap<string, readonly Step[]>,
): Map<string, number> {
  const urgency = new Map<string, number>()
  const measure = (step: Step): number => {
    const known = urgency.get(step.id)
    if (known !== undefined) return known
    // Before its dependants are looked at: a circle must not go on for ever.
    urgency.set(step.id, 0)
    const behind = (dependants.get(step.id) ?? []).map(measure)
    const total = roughCostMs(step) + Math.max(0, ...behind)
    urgency.set(step.id, total)
    return total
  }
  for (const step of steps) measure(step)
  return urgency
}

function roughCostMs(step: Step): number {
  if (step.kind === 'service') return step.daemonizes ? 30 : 60
  return step.kind === 'file' || step.kind === 'directory' ? 0 : 5
}

function append(map: Map<string, Step[]>, key: string, step: Step): void {
  const steps = map.get(key)
  if (steps === undefined) map.set(key, [step])
  else steps.push(step)
}
