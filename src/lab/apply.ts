import { availableParallelism } from 'node:os'
import type { Step } from '../plan/step.ts'
import { batchOrOwnKey } from '../plan/waves.ts'
import type { Journal } from './journal.ts'
import { makeSteps } from './make-steps.ts'

export type ApplyEvent =
  | { readonly event: 'begin'; readonly steps: readonly Step[] }
  /** They stand, and the journal does not say so yet. */
  | { readonly event: 'made'; readonly steps: readonly Step[] }
  | { readonly event: 'done'; readonly steps: readonly Step[] }

interface ApplyOptions {
  readonly lab: string
  readonly journal: Journal
  readonly signal: AbortSignal
  readonly onEvent?: (event: ApplyEvent) => void
}

/** A plan that could not be carried out to its end; what was made before stands. */
export class ApplyFailed extends Error {
  override readonly name = 'ApplyFailed'
  readonly steps: readonly Step[]
  readonly done: number
  readonly total: number

  constructor(steps: readonly Step[], done: number, total: number, cause: unknown) {
    super(`Cannot make ${describe(steps)}`, { cause })
    this.steps = steps
    this.done = done
    this.total = total
  }
}

function describe([first, ...rest]: readonly Step[]): string {
  const more = rest.length === 0 ? '' : ` and ${rest.length} more like it`
  return `${first?.why ?? 'nothing'}${more}`
}

/**
 * Carries out steps in the order of their needs, in parallel where nothing forbids it; steps that are ready together
 * go as one batch. Needs outside the list count as met. After a failure or an abort nothing new begins and what runs
 * is waited for. Throws ApplyFailed, or the signal's reason.
 */
export async function applySteps(steps: readonly Step[], options: ApplyOptions): Promise<void> {
  const schedule = new Schedule(steps)
  const running = new Set<Promise<void>>()
  let failure: unknown
  const carryOut = async (group: readonly [Step, ...Step[]]) => {
    try {
      await makeGroup(group, options)
      schedule.markDone(group)
    } catch (error) {
      failure ??= new ApplyFailed(group, schedule.doneCount, steps.length, error)
    }
  }
  for (;;) {
    while (failure === undefined && !options.signal.aborted && running.size < MAX_PROCESSES) {
      const group = schedule.takeGroup()
      if (group === null) break
      const promise = carryOut(group).finally(() => running.delete(promise))
      running.add(promise)
    }
    if (running.size === 0) break
    await Promise.race(running)
  }
  options.signal.throwIfAborted()
  if (failure !== undefined) throw failure
  if (schedule.doneCount < steps.length) throw new Error('The plan has a circle of needs')
}

const MAX_PROCESSES = Math.max(4, 2 * availableParallelism())

async function makeGroup(
  group: readonly [Step, ...Step[]],
  { lab, journal, signal, onEvent }: ApplyOptions,
): Promise<void> {
  const ids = group.map(({ id }) => id)
  journal.write({ event: 'begin', steps: ids })
  onEvent?.({ event: 'begin', steps: group })
  const made = await makeSteps(group, { lab, signal })
  onEvent?.({ event: 'made', steps: group })
  journal.write({ event: 'done', steps: ids, ...made })
  onEvent?.({ event: 'done', steps: group })
}

/** Which steps wait, which are ready, which are done. */
class Schedule {
  readonly #missing = new Map<string, number>()
  readonly #dependants = new Map<string, Step[]>()
  /** By batch, in the order in which the batches began to be ready. */
  readonly #ready = new Map<string, Step[]>()
  doneCount = 0

  constructor(steps: readonly Step[]) {
    const ids = new Set(steps.map(({ id }) => id))
    for (const step of steps) {
      const needs = new Set(step.needs.filter(need => ids.has(need)))
      this.#missing.set(step.id, needs.size)
      for (const need of needs) append(this.#dependants, need, step)
      if (needs.size === 0) append(this.#ready, batchOrOwnKey(step), step)
    }
  }

  /** The next batch of ready steps; null when there is none now. */
  takeGroup(): readonly [Step, ...Step[]] | null {
    for (const [key, steps] of this.#ready) {
      const [first, ...rest] = steps.splice(0, MAX_BATCH_STEPS)
      if (steps.length === 0) this.#ready.delete(key)
      if (first !== undefined) return [first, ...rest]
    }
    return null
  }

  markDone(group: readonly Step[]): void {
    this.doneCount += group.length
    for (const { id } of group)
      for (const dependant of this.#dependants.get(id) ?? []) {
        const left = (this.#missing.get(dependant.id) ?? 0) - 1
        this.#missing.set(dependant.id, left)
        if (left === 0) append(this.#ready, batchOrOwnKey(dependant), dependant)
      }
  }
}

/** Longer batches would keep what they make from being used while they run. */
const MAX_BATCH_STEPS = 100

function append(map: Map<string, Step[]>, key: string, step: Step): void {
  const steps = map.get(key)
  if (steps === undefined) map.set(key, [step])
  else steps.push(step)
}
