import { availableParallelism } from 'node:os'
import { isTimeout } from '../linux/command-failed.ts'
import { Schedule, type StepGroup } from '../plan/schedule.ts'
import type { Step } from '../plan/step.ts'
import { checkSteps } from './check-steps.ts'
import type { Journal } from './journal.ts'
import { makeSteps } from './make-steps.ts'
import { ReadBack } from './read-back.ts'

export type ApplyEvent =
  | { readonly event: 'begin'; readonly steps: readonly Step[] }
  /** They stand, and the journal does not say so yet. */
  | { readonly event: 'made'; readonly steps: readonly Step[] }
  | { readonly event: 'done'; readonly steps: readonly Step[] }
  /** They were read back from the machine. */
  | { readonly event: 'stands'; readonly steps: readonly Step[] }
  | { readonly event: 'remark'; readonly text: string }

interface ApplyOptions {
  readonly lab: string
  readonly journal: Journal
  readonly signal: AbortSignal
  /** Of steps that stand and are changed in place: what they were, by id. */
  readonly stood?: ReadonlyMap<string, Step>
  readonly onEvent?: (event: ApplyEvent) => void
}

/** A plan that could not be carried out to its end; what was made before stands. */
export class ApplyFailed extends Error {
  override readonly name = 'ApplyFailed'
  readonly steps: readonly Step[]
  readonly done: number
  readonly total: number

  constructor(steps: readonly Step[], done: number, total: number, cause: unknown) {
    super(whatFailed(steps, cause), { cause })
    this.steps = steps
    this.done = done
    this.total = total
  }
}

function whatFailed(steps: readonly Step[], cause: unknown): string {
  const [first] = steps
  return first?.kind === 'wait' && isTimeout(cause)
    ? `Waited ${first.timeoutSeconds} s in vain for ${describe(steps)}`
    : `Cannot make ${describe(steps)}`
}

function describe([first, ...rest]: readonly Step[]): string {
  const more = rest.length === 0 ? '' : ` and ${rest.length} more like it`
  return `${first?.why ?? 'nothing'}${more}`
}

/**
 * Carries out steps in the order of their needs, in parallel where nothing forbids it; steps that are ready together
 * go as one group. What the kernel shows is read back once for each namespace, when all of it is made there; what is
 * built on it does not wait for that, and goes first. Needs outside the list count as met. After a failure or an abort
 * nothing new begins and what runs is waited for. Throws ApplyFailed, or the signal's reason.
 */
export async function applySteps(steps: readonly Step[], options: ApplyOptions): Promise<void> {
  const schedule = new Schedule(steps)
  const readBack = new ReadBack(steps)
  const running = new Set<Promise<void>>()
  let failure: unknown
  const start = (work: () => Promise<void>, about: readonly Step[]) => {
    const promise = work()
      .catch((error: unknown) => {
        failure ??= new ApplyFailed(about, schedule.doneCount, steps.length, error)
      })
      .finally(() => running.delete(promise))
    running.add(promise)
  }
  const makeNext = async (group: StepGroup) => {
    await makeGroup(group, options)
    schedule.markDone(group)
    const made = readBack.take(group)
    if (made.length > 0) reading.push(made)
  }
  const reading: Step[][] = []
  const readNext = (made: Step[]) =>
    start(async () => {
      await checkSteps(made)
      options.onEvent?.({ event: 'stands', steps: made })
    }, made)
  for (;;) {
    while (failure === undefined && !options.signal.aborted && running.size < MAX_PROCESSES) {
      const group = schedule.takeGroup()
      const made = group === null ? reading.shift() : undefined
      if (group !== null) start(() => makeNext(group), group)
      else if (made !== undefined) readNext(made)
      else break
    }
    if (running.size === 0) break
    await Promise.race(running)
  }
  options.signal.throwIfAborted()
  if (failure !== undefined) throw failure
  if (schedule.doneCount < steps.length) throw new Error(schedule.describeWaiting())
}

/** Services that start mostly wait for each other, so there is room for more than there are cores. */
const MAX_PROCESSES = Math.max(6, 3 * availableParallelism())

async function makeGroup(
  group: StepGroup,
  { lab, journal, signal, stood = new Map(), onEvent }: ApplyOptions,
): Promise<void> {
  const ids = group.map(({ id }) => id)
  journal.write({ event: 'begin', steps: ids })
  onEvent?.({ event: 'begin', steps: group })
  const { remark, ...made } = await makeSteps(group, { lab, signal, stood })
  if (remark !== undefined) onEvent?.({ event: 'remark', text: remark })
  onEvent?.({ event: 'made', steps: group })
  journal.write({ event: 'done', steps: ids, ...made })
  onEvent?.({ event: 'done', steps: group })
}
