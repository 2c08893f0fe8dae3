import { existsSync } from 'node:fs'
import { namespaceIdentityOf } from '../linux/namespace-identity.ts'
import type { Plan, Step } from '../plan/step.ts'
import type { JournalSummary } from './journal.ts'
import { LabError } from './lab-error.ts'
import { foreignFilesIn, labExists, recordsOfOthers } from './record.ts'
import { isOwnNamespace } from './remove-steps.ts'

/**
 * Nothing that exists is ever taken over: a namespace with a name of the plan must be the lab's own and in no other
 * lab's plan, and so must a directory outside the lab's state. Throws LabError, naming the owner where it is a lab.
 */
export function refuseStrangers(
  plan: Plan,
  recorded: readonly Step[],
  journal: JournalSummary,
): void {
  const own = new Set(recorded.filter(step => isOwn(step, journal)).map(({ id }) => id))
  const owners = ownersOf(plan)
  const taken = plan.steps.filter(
    step => owners.has(step.id) || (exists(step, plan.statePath) && !own.has(step.id)),
  )
  const [first] = taken
  if (first === undefined) return
  const more = taken.length === 1 ? '' : ` (and ${taken.length - 1} more that the lab needs)`
  throw new LabError(`Cannot build lab ${plan.lab}: ${describe(first, owners)}${more}`, {
    standing: 'Nothing was changed.',
    hint: hintFor(first, owners),
  })
}

/** For a lab without a record: its directory may hold what a kill has left, and nothing else. Throws LabError. */
export function refuseForeignState({ lab, statePath }: Plan): void {
  const foreign = labExists(lab) ? foreignFilesIn(lab) : []
  if (foreign.length === 0) return
  throw new LabError(
    `Cannot build lab ${lab}: ${statePath} has no record of a lab, and holds ${foreign.join(', ')}`,
    {
      standing: 'Nothing was changed.',
      hint: 'Look into it, and move it away; or give the lab another name with --name.',
    },
  )
}

function isOwn(step: Step, journal: JournalSummary): boolean {
  return step.kind === 'netns' ? isOwnNamespace(step, journal) : true
}

/** Other labs that have a namespace of the plan in theirs, by step; it may not stand yet, or not any more. */
function ownersOf(plan: Plan): ReadonlyMap<string, string> {
  const wanted = new Set(plan.steps.filter(({ kind }) => kind === 'netns').map(({ id }) => id))
  return new Map(
    recordsOfOthers(plan.lab).flatMap(other =>
      other.plan.steps.filter(({ id }) => wanted.has(id)).map(({ id }) => [id, other.lab] as const),
    ),
  )
}

function exists(step: Step, statePath: string): boolean {
  if (step.kind === 'netns') return namespaceIdentityOf(step.namespace) !== null
  return step.kind === 'directory' && step.shared === undefined && !isIn(statePath, step.path)
    ? existsSync(step.path)
    : false
}

function isIn(statePath: string, path: string): boolean {
  return `${path}/`.startsWith(`${statePath}/`)
}

function describe(step: Step, owners: ReadonlyMap<string, string>): string {
  const what = step.kind === 'netns' ? `network namespace ${step.namespace}` : pathOf(step)
  const owner = owners.get(step.id)
  return owner === undefined
    ? `${what} exists already and is not this lab's`
    : `${what} is lab ${owner}'s`
}

function hintFor(step: Step, owners: ReadonlyMap<string, string>): string {
  const owner = owners.get(step.id)
  if (owner !== undefined)
    return `\`lab down ${owner}\` frees it; or give this lab other ids in the topology.`
  return step.kind === 'netns'
    ? `\`ip netns pids ${step.namespace}\` shows who uses it. Give the lab another name with --name, or other ids in the topology.`
    : `Look into it, and move it away; or give the lab another name with --name.`
}

function pathOf(step: Step): string {
  return 'path' in step ? step.path : step.id
}
