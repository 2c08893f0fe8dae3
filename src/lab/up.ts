import { rmSync } from 'node:fs'
import type { AgentStates } from '../cloud/agent-states.ts'
import type { Cloud } from '../cloud/cloud.ts'
import type { ContainerFacts } from '../cloud/machine-facts.ts'
import { readBootId } from '../linux/read-boot-id.ts'
import { stopProcesses } from '../linux/stop-processes.ts'
import { isContained, type Plan, type Step } from '../plan/step.ts'
import { type ApplyEvent, applySteps } from './apply.ts'
import { findTools } from './find-tools.ts'
import {
  asOfThisBoot,
  Journal,
  type JournalEntry,
  type JournalSummary,
  readJournal,
} from './journal.ts'
import { LabError } from './lab-error.ts'
import { observe } from './observe.ts'
import { journalPathOf } from './paths.ts'
import { type Changes, type Condition, planChanges } from './plan-changes.ts'
import {
  type KeptTopology,
  type LabRecord,
  RECORD_FORMAT,
  readRecord,
  writeRecord,
} from './record.ts'
import { refuseForeignState, refuseStrangers } from './refuse-strangers.ts'
import { removeSteps } from './remove-steps.ts'
import { lockShared } from './shared-directory.ts'
import { withdrawalOf } from './withdrawal.ts'

export interface UpOptions {
  readonly topology: string
  /** See `LabRecord`. */
  readonly kept: KeptTopology
  /** See `LabRecord`. */
  readonly options?: readonly string[]
  /** See `LabRecord`; the plan was made for it. */
  readonly containers?: ContainerFacts | null
  readonly cloud: Cloud
  /** See `LabRecord`; the plan was made with them. */
  readonly states?: AgentStates
  readonly plan: Plan
  /** Ids of services that begin anew although they stand. */
  readonly anew?: ReadonlySet<string>
  /** Where it is looked for what does not stand as it should; `changes`: only where the plans differ. All unless told. */
  readonly looksAt?: 'all' | 'changes'
  /** The agent that synchronizes, where that is why. */
  readonly by?: string
  readonly signal: AbortSignal
  readonly onStart?: (steps: readonly Step[]) => void
  readonly onEvent?: (event: ApplyEvent) => void
}

export interface UpResult {
  readonly record: LabRecord
  /** `built`: nothing stood before; `changed`: some of it was made anew; `unchanged`: all of it stood. */
  readonly outcome: 'built' | 'changed' | 'unchanged'
  /** Resources that were made, those that were changed where they stand, and those that are no more. */
  readonly made: number
  readonly changed: number
  readonly gone: number
}

/**
 * Makes a plan stand: all of it, or what differs from what stands. The caller holds the lab's lock. Throws before
 * anything is changed where a name is taken by somebody else, and ApplyFailed or the signal's reason half-way.
 */
export async function bringUp(options: UpOptions): Promise<UpResult> {
  const { plan } = options
  const before = readRecord(plan.lab)
  const journal = asOfThisBoot(readJournal(plan.lab))
  const changes = await findChanges(before?.plan.steps ?? [], options, journal)
  const record = recordOf({ ...options, plan: { ...plan, steps: changes.steps } })
  if (isNothing(changes) && journal.phase === 'stands' && isOfThisBoot(journal)) {
    if (before !== null && !isSaidAlike(before, record)) writeRecord(record)
    return { record, outcome: 'unchanged', made: 0, changed: 0, gone: 0 }
  }
  await refuseTakenContainers(plan.lab, [...changes.remove, ...changes.make])
  await claim(record, before, journal, options.by)
  if (before !== null) await stopProcesses(findTools(plan.lab), TOOLS_GRACE_MS)
  await removeOutdated(changes, journal, plan)
  await carryOut(record, changes, options)
  const isNew = before === null || !isOfThisBoot(journal)
  const outcome = isNew ? 'built' : 'changed'
  const [made, changed] = [changes.make.length, changes.update.length]
  return { record, outcome, made, changed, gone: countGone(changes) }
}

const TOOLS_GRACE_MS = 3_000

function recordOf({
  topology,
  kept,
  options = [],
  containers = null,
  cloud,
  states = {},
  plan,
}: UpOptions): LabRecord {
  return {
    format: RECORD_FORMAT,
    lab: plan.lab,
    topology,
    kept,
    ...(options.length === 0 ? {} : { options }),
    containers,
    cloud,
    states,
    plan,
  }
}

/** The same lab may be said in another way: by another file, with another comment. */
function isSaidAlike(one: LabRecord, other: LabRecord): boolean {
  const words = ({ topology, kept, options, cloud, states }: LabRecord) =>
    JSON.stringify([topology, kept, options, cloud, states])
  return words(one) === words(other)
}

function isOfThisBoot({ bootId }: JournalSummary): boolean {
  return bootId === readBootId()
}

/**
 * What has to be taken away, changed and made. What was begun and not noted as done counts as unfinished, whatever the
 * machine shows of it. Watchers see by themselves that the plan is another.
 */
async function findChanges(
  recorded: readonly Step[],
  { plan, anew, looksAt = 'all' }: UpOptions,
  journal: JournalSummary,
): Promise<Changes> {
  const changesIf = (conditionOf: (id: string) => Condition) =>
    planChanges(recorded, plan.steps, id => (anew?.has(id) ? 'differs' : conditionOf(id)))
  if (looksAt === 'all') {
    const conditions = await findConditions(recorded, journal)
    return changesIf(id => conditions.get(id) ?? 'unfinished')
  }
  const unfinished = journal.begun.difference(journal.done)
  const touched = touchedBy(changesIf(id => (unfinished.has(id) ? 'unfinished' : 'stands')))
  const conditions = await findConditions(recorded.filter(isAbout(touched)), journal)
  return changesIf(id => conditions.get(id) ?? 'stands')
}

function touchedBy({ remove, update, make }: Changes): readonly Step[] {
  return [...remove, ...update.map(({ before }) => before), ...make]
}

/** What was taken away to be made anew is not gone. */
function countGone({ remove, steps }: Changes): number {
  const kept = new Set(steps.map(({ id }) => id))
  return remove.filter(({ id }) => !kept.has(id)).length
}

/** The steps themselves, and the namespaces that they are in. */
function isAbout(touched: readonly Step[]): (step: Step) => boolean {
  const ids = new Set(touched.map(({ id }) => id))
  const namespaces = new Set(touched.map(step => ('namespace' in step ? step.namespace : null)))
  return step => ids.has(step.id) || (step.kind === 'netns' && namespaces.has(step.namespace))
}

function isNothing({ remove, update, make }: Changes): boolean {
  return remove.length === 0 && update.length === 0 && make.length === 0
}

async function findConditions(
  recorded: readonly Step[],
  journal: JournalSummary,
): Promise<ReadonlyMap<string, Condition>> {
  if (recorded.length === 0 || !isOfThisBoot(journal)) return new Map()
  const { differences } = await observe(recorded, journal)
  const unfinished = journal.begun.difference(journal.done)
  const conditionOf = (id: string): Condition => {
    if (unfinished.has(id)) return 'unfinished'
    return differences.get(id)?.length === 0 ? 'stands' : 'differs'
  }
  return new Map(recorded.map(({ id }) => [id, conditionOf(id)]))
}

async function refuseTakenContainers(lab: string, steps: readonly Step[]): Promise<void> {
  const containers = steps.filter(isContained).map(({ container }) => container)
  if (containers.length === 0) return
  const { refuseTakenNames } = await import('../runtime/docker/refuse-taken-names.ts')
  await refuseTakenNames(lab, containers)
}

/**
 * Refuses where something is somebody else's; then the record says what is this lab's, before any of it is made: what
 * stood before as it was, and what is new. Two labs never claim at the same time.
 */
async function claim(
  record: LabRecord,
  before: LabRecord | null,
  journal: JournalSummary,
  by: string | undefined,
): Promise<void> {
  await using _lock = await lockShared()
  refuseStrangers(record.plan, before?.plan.steps ?? [], journal)
  if (before === null) {
    refuseForeignState(record.plan)
    return writeRecord(record)
  }
  // Should this end here, watchers put back nothing of what goes, and no command takes what is only claimed for made.
  if (isOfThisBoot(journal)) {
    using open = new Journal(record.lab)
    open.write(openedNow(by))
  }
  const known = new Set(before.plan.steps.map(({ id }) => id))
  const added = record.plan.steps.filter(({ id }) => !known.has(id))
  const steps = [...before.plan.steps, ...added]
  writeRecord({ ...before, plan: { ...before.plan, steps } })
}

/** What goes as a whole, and of what is changed the part that goes. */
async function removeOutdated(
  { remove, update }: Changes,
  journal: JournalSummary,
  { lab, statePath }: Plan,
): Promise<void> {
  const going = remove.filter(step => !(step.kind === 'directory' && step.path === statePath))
  const withdrawn = update.flatMap(change => withdrawalOf(change) ?? [])
  if (going.length === 0 && withdrawn.length === 0) return
  using open = new Journal(lab)
  const failures = await removeSteps([...going, ...withdrawn], { lab, journal })
  if (failures.length > 0)
    throw new LabError(`Cannot take away what has changed in lab ${lab}\n${failures.join('\n')}`, {
      hint: `\`lab down ${lab}\` takes the whole lab away.`,
    })
  open.write({ event: 'removed', steps: going.map(({ id }) => id) })
}

/**
 * What is changed in place is noted as begun before the record says what it is to become: whoever finds that record knows that
 * it may not be so yet.
 */
async function carryOut(
  record: LabRecord,
  { make, update, steps: all }: Changes,
  { by, signal, onStart, onEvent }: UpOptions,
): Promise<void> {
  const { lab } = record
  if (readJournal(lab).bootId !== readBootId()) rmSync(journalPathOf(lab), { force: true })
  using journal = new Journal(lab)
  journal.write(openedNow(by))
  const stood = new Map(update.map(({ before }) => [before.id, before]))
  if (stood.size > 0) journal.write({ event: 'begin', steps: [...stood.keys()] })
  writeRecord(record)
  const made = new Set(make)
  const steps = all.filter(step => made.has(step) || stood.has(step.id))
  const events = onEvent === undefined ? {} : { onEvent }
  const applied = applySteps(steps, { lab, journal, signal, stood, ...events })
  // The first processes run while the caller gets ready to show them.
  onStart?.(steps)
  await applied
  journal.write({ event: 'stands', at: new Date().toISOString() })
}

function openedNow(by: string | undefined): JournalEntry {
  const at = new Date().toISOString()
  return { event: 'open', bootId: readBootId(), at, ...(by === undefined ? {} : { by }) }
}
