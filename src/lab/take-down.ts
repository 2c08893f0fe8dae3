import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import {
  commandLineOf,
  environmentVariableOf,
  inodeOf,
  type ProcessIdentity,
  processesInNamespaces,
} from '../linux/process-table.ts'
import { readBootId } from '../linux/read-boot-id.ts'
import { stopProcesses } from '../linux/stop-processes.ts'
import type { NamespaceStep, Step } from '../plan/step.ts'
import { Journal, type JournalSummary, readJournal } from './journal.ts'
import { LabError } from './lab-error.ts'
import { journalPathOf, labsDirectory, recordPathOf, statePathOf } from './paths.ts'
import { readRecord } from './record.ts'
import { isOwnNamespace, removeSteps } from './remove-steps.ts'

export interface TakenDown {
  readonly lab: string
  readonly namespaces: number
  readonly processes: number
  /** Processes in the lab's namespaces that the lab did not start: they are left alone, and keep theirs alive. */
  readonly strangers: readonly { readonly pid: number; readonly commandLine: string }[]
}

interface TakeDownOptions {
  /** Called before each effect; tests end the process here. */
  readonly onEffect?: (effect: string) => void
}

/**
 * Takes away everything that a lab's record names, however far its building or an earlier removal had come; the
 * record goes last. The caller holds the lab's lock. Throws LabError with all that could not be removed.
 */
export async function takeDown(lab: string, options: TakeDownOptions = {}): Promise<TakenDown> {
  const record = readRecord(lab)
  if (record === null) return removeEmptyState(lab)
  const journal = journalOfThisBoot(readJournal(lab))
  noteRemoval(lab)
  const { steps } = record.plan
  options.onEffect?.('stop processes')
  const own = steps.filter(
    (step): step is NamespaceStep => step.kind === 'netns' && isOwnNamespace(step, journal),
  )
  const { stopped, strangers } = await stopLabProcesses(lab, own)
  options.onEffect?.('remove namespaces')
  const failures = await removeSteps(outsideOf(statePathOf(lab), steps), journal)
  if (failures.length > 0) throw cannotRemove(lab, failures)
  options.onEffect?.('remove state')
  removeState(lab)
  return { lab, namespaces: own.length, processes: stopped, strangers }
}

/** Namespaces and processes do not outlive a boot, so what an older journal says of them is void. */
function journalOfThisBoot(journal: JournalSummary): JournalSummary {
  if (journal.bootId === null || journal.bootId === readBootId()) return journal
  return { ...journal, begun: new Set(['before this boot']), namespaces: new Map() }
}

function noteRemoval(lab: string): void {
  using journal = new Journal(lab)
  journal.write({ event: 'removing', at: new Date().toISOString() })
}

/**
 * Ends every process that the lab has started, known by the variable LAB in its environment and by the namespace it
 * is in. The supervisor goes first, and looks are repeated until none is left: it may have been starting something.
 */
async function stopLabProcesses(
  lab: string,
  namespaces: readonly NamespaceStep[],
): Promise<{ stopped: number; strangers: TakenDown['strangers'] }> {
  const inodes = new Set(
    namespaces.flatMap(({ namespace }) => inodeOf(`/run/netns/${namespace}`) ?? []),
  )
  const isSupervisor = ({ pid }: ProcessIdentity) => commandLineOf(pid).includes('supervisor-main')
  let stopped = 0
  for (;;) {
    const found = processesInNamespaces(inodes)
    const own = found.filter(
      ({ pid }) => environmentVariableOf(pid, 'LAB') === lab && pid !== process.pid,
    )
    if (own.length === 0) return { stopped, strangers: found.map(describeStranger) }
    const supervisors = own.filter(isSupervisor)
    await stopProcesses(supervisors.length > 0 ? supervisors : own, STOP_GRACE_MS)
    stopped += supervisors.length > 0 ? supervisors.length : own.length
  }
}

const STOP_GRACE_MS = 3_000

function describeStranger({ pid }: ProcessIdentity): TakenDown['strangers'][number] {
  return { pid, commandLine: commandLineOf(pid) }
}

/** The lab's state directory goes last, as a whole. */
function outsideOf(statePath: string, steps: readonly Step[]): Step[] {
  return steps.filter(
    step =>
      (step.kind !== 'file' && step.kind !== 'directory') ||
      !`${step.path}/`.startsWith(`${statePath}/`),
  )
}

/** Everything else in it first, then the journal, then the record: a kill in between leaves enough to go on. */
function removeState(lab: string): void {
  const path = statePathOf(lab)
  const last = [journalPathOf(lab), recordPathOf(lab)]
  for (const name of readdirSync(path))
    if (!last.includes(`${path}/${name}`))
      rmSync(`${path}/${name}`, { recursive: true, force: true })
  for (const file of last) rmSync(file, { force: true })
  rmdirSync(path)
  removeLabsDirectoryIfEmpty()
}

function removeLabsDirectoryIfEmpty(): void {
  if (existsSync(labsDirectory) && readdirSync(labsDirectory).length === 0) rmdirSync(labsDirectory)
}

/** `lab up` was killed before it wrote its record, so nothing was made; or `lab down` after it had removed it. */
function removeEmptyState(lab: string): TakenDown {
  rmSync(statePathOf(lab), { recursive: true, force: true })
  removeLabsDirectoryIfEmpty()
  return { lab, namespaces: 0, processes: 0, strangers: [] }
}

function cannotRemove(lab: string, failures: readonly string[]): LabError {
  return new LabError(`Cannot take all of lab ${lab} away\n${failures.join('\n')}`, {
    standing: 'The rest is gone; the record of the lab is kept.',
    hint: `\`lab down ${lab}\` tries again.`,
  })
}
