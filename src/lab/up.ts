import { existsSync, rmSync } from 'node:fs'
import type { Cloud } from '../cloud/cloud.ts'
import { inodeOf } from '../linux/process-table.ts'
import { readBootId } from '../linux/read-boot-id.ts'
import type { Plan, Step } from '../plan/step.ts'
import { type ApplyEvent, applySteps } from './apply.ts'
import { Journal, type JournalSummary, readJournal } from './journal.ts'
import { LabError } from './lab-error.ts'
import { observe } from './observe.ts'
import { journalPathOf, statePathOf } from './paths.ts'
import { planChanges } from './plan-changes.ts'
import { type LabRecord, labNames, RECORD_FORMAT, readRecord, writeRecord } from './record.ts'
import { isOwnNamespace, removeSteps } from './remove-steps.ts'

export interface UpOptions {
  readonly topology: string
  readonly cloud: Cloud
  readonly plan: Plan
  readonly signal: AbortSignal
  readonly onStart?: (steps: readonly Step[]) => void
  readonly onEvent?: (event: ApplyEvent) => void
}

export interface UpResult {
  readonly record: LabRecord
  /** `built`: nothing stood before; `changed`: some of it was made anew; `unchanged`: all of it stood. */
  readonly outcome: 'built' | 'changed' | 'unchanged'
  readonly made: number
}

/**
 * Makes a plan stand: all of it, or what differs from what stands. The caller holds the lab's lock. Throws before
 * anything is changed where a name is taken by somebody else, and ApplyFailed or the signal's reason half-way.
 */
export async function bringUp(options: UpOptions): Promise<UpResult> {
  const { plan, cloud, topology } = options
  const before = readRecord(plan.lab)
  const journal = readJournal(plan.lab)
  const sameBoot = journal.bootId === readBootId()
  const recorded = before !== null && sameBoot ? before.plan.steps : []
  refuseStrangers(plan, recorded, journal)
  const changes = await changesSince(recorded, plan, journal)
  const record: LabRecord = {
    format: RECORD_FORMAT,
    lab: plan.lab,
    topology,
    runtime: 'process',
    cloud,
    plan,
  }
  if (changes.make.length === 0 && changes.remove.length === 0 && journal.phase === 'stands')
    return { record, outcome: 'unchanged', made: 0 }
  if (!sameBoot) rmSync(journalPathOf(plan.lab), { force: true })
  await removeOutdated(changes.remove, journal, plan.lab)
  await makeSteps(record, changes.make, options)
  return { record, outcome: recorded.length === 0 ? 'built' : 'changed', made: changes.make.length }
}

/** Nothing that exists is ever taken over: a namespace with a name of the plan must be the lab's own. */
function refuseStrangers(plan: Plan, recorded: readonly Step[], journal: JournalSummary): void {
  const own = new Set(
    recorded.flatMap(step =>
      step.kind === 'netns' && isOwnNamespace(step, journal) ? [step.namespace] : [],
    ),
  )
  const taken = plan.steps.flatMap(step =>
    step.kind === 'netns' &&
    inodeOf(`/run/netns/${step.namespace}`) !== null &&
    !own.has(step.namespace)
      ? [step.namespace]
      : [],
  )
  if (taken.length === 0) return
  throw new LabError(describeTaken(plan.lab, taken), {
    standing: 'Nothing was changed.',
    hint: hintForTaken(taken),
  })
}

function describeTaken(lab: string, taken: readonly string[]): string {
  const [first] = taken
  const more = taken.length === 1 ? '' : ` (and ${taken.length - 1} more that the lab needs)`
  return `Cannot build lab ${lab}: network namespace ${first} exists already and is not this lab's${more}`
}

function hintForTaken(taken: readonly string[]): string {
  const owner = labNames().find(lab =>
    readRecord(lab)?.plan.steps.some(
      step => step.kind === 'netns' && taken.includes(step.namespace),
    ),
  )
  return owner === undefined
    ? `\`ip netns pids ${taken[0]}\` shows who uses it. Give the lab another name with --name, or other ids in the topology.`
    : `It belongs to lab ${owner}: \`lab down ${owner}\` frees it; or give this lab other ids in the topology.`
}

async function changesSince(recorded: readonly Step[], plan: Plan, journal: JournalSummary) {
  if (recorded.length === 0) return { remove: [], make: plan.steps }
  const { differences } = await observe(recorded, journal)
  return planChanges(recorded, plan.steps, id => differences.get(id)?.length === 0)
}

async function removeOutdated(
  steps: readonly Step[],
  journal: JournalSummary,
  lab: string,
): Promise<void> {
  if (steps.length === 0) return
  const failures = await removeSteps(steps, journal)
  using open = new Journal(lab)
  open.write({ event: 'removed', steps: steps.map(({ id }) => id) })
  if (failures.length > 0)
    throw new LabError(`Cannot take away what has changed in lab ${lab}\n${failures.join('\n')}`, {
      hint: `\`lab down ${lab}\` takes the whole lab away.`,
    })
}

async function makeSteps(
  record: LabRecord,
  steps: readonly Step[],
  options: UpOptions,
): Promise<void> {
  const { lab } = record
  writeRecord(record)
  using journal = new Journal(lab)
  journal.write({ event: 'open', bootId: readBootId(), at: new Date().toISOString() })
  options.onStart?.(steps)
  const { signal, onEvent } = options
  await applySteps(steps, { lab, journal, signal, ...(onEvent === undefined ? {} : { onEvent }) })
  journal.write({ event: 'stands', at: new Date().toISOString() })
}

/** Whether a state directory stands, with a record in it or not. */
export function labExists(lab: string): boolean {
  return existsSync(statePathOf(lab))
}
