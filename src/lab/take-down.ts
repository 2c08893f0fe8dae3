import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { inodeOfIdentity } from '../linux/namespace-identity.ts'
import {
  commandLineOf,
  environmentOfProcess,
  inodeOf,
  type ProcessIdentity,
  processesInNamespaces,
} from '../linux/process-table.ts'
import { stopProcesses } from '../linux/stop-processes.ts'
import { isContained, type NamespaceStep, type ServiceStep, type Step } from '../plan/step.ts'
import { findServiceProcesses } from '../runtime/process/find-service-processes.ts'
import { findTools } from './find-tools.ts'
import { asOfThisBoot, Journal, type JournalSummary, readJournal } from './journal.ts'
import { LabError } from './lab-error.ts'
import { journalPathOf, labsDirectory, recordPathOf, statePathOf } from './paths.ts'
import { foreignFilesIn, type RemovableRecord, readAnyRecord, remainsOf } from './record.ts'
import { isOwnNamespace, removeSteps } from './remove-steps.ts'

export interface TakenDown {
  readonly lab: string
  readonly namespaces: number
  readonly processes: number
  readonly containers: number
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
  const record = readAnyRecord(lab)
  if (record === null) return removeEmptyState(lab)
  const journal = asOfThisBoot(readJournal(lab))
  const { steps } = record.plan
  const { onEffect } = options
  onEffect?.('note the removal')
  noteRemoval(lab)
  const own = steps.filter(
    (step): step is NamespaceStep => step.kind === 'netns' && isOwnNamespace(step, journal),
  )
  const contained = await removeOwnContainers(steps, onEffect)
  const unremoved = contained.failures
  const inodes = inodesOf(own)
  // Podman goes on putting back, without its service, what can still join them.
  const unnamed = unremoved.length === 0 ? [] : await removeSteps(own, { lab, journal, onEffect })
  const { stopped, strangers } = await stopLabProcesses(record, inodes, journal, onEffect)
  const outside = outsideOf(statePathOf(lab), steps).filter(step => !isContained(step))
  const failures = [
    ...unremoved,
    ...unnamed,
    ...(await removeSteps(outside, { lab, journal, onEffect })),
  ]
  // The engine may have been making one for a command that was killed.
  const begun = steps.filter(({ id }) => journal.begun.has(id) && !journal.done.has(id))
  const late = await removeOwnContainers(failures.length === 0 ? begun : [], onEffect)
  failures.push(...late.failures)
  if (failures.length > 0) throw cannotRemove(lab, failures, unremoved.length > 0)
  removeState(lab, onEffect)
  const containers = contained.removed + late.removed
  return { lab, namespaces: own.length, processes: stopped, containers, strangers }
}

/** Only says how far it has come: a disk that is full or read-only must not keep a lab standing. */
function noteRemoval(lab: string): void {
  try {
    using journal = new Journal(lab)
    journal.write({ event: 'removing', at: new Date().toISOString() })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}

/**
 * Before their processes, which the engine would put back. Gives what failed instead of throwing it: an engine that is
 * gone for good keeps nothing else of a lab standing.
 */
async function removeOwnContainers(
  steps: readonly Step[],
  onEffect: TakeDownOptions['onEffect'],
): Promise<{ readonly removed: number; readonly failures: readonly string[] }> {
  const containers = steps.filter(isContained).map(({ container }) => container)
  if (containers.length === 0) return { removed: 0, failures: [] }
  for (const { name } of containers) onEffect?.(`remove container ${name}`)
  const { removeContainers } = await import('../runtime/docker/remove-containers.ts')
  try {
    return { removed: await removeContainers(containers), failures: [] }
  } catch (error) {
    const hint = error instanceof LabError && error.hint !== null ? [error.hint] : []
    return { removed: 0, failures: [[wordsOf(error), ...hint].join('\n')] }
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function inodesOf(namespaces: readonly NamespaceStep[]): ReadonlySet<number> {
  return new Set(namespaces.flatMap(({ namespace }) => inodeOf(`/run/netns/${namespace}`) ?? []))
}

/**
 * Ends every process that the lab has started: what a killed command has left running, and what has the variable LAB
 * in its environment and is in a namespace of the lab, one that has lost its name too, or is a service of the lab in
 * the machine's own. The supervisor goes first, and looks are repeated until none is left: it may have been starting
 * something. Throws LabError naming what cannot be ended.
 */
async function stopLabProcesses(
  { lab, plan }: RemovableRecord,
  inodes: ReadonlySet<number>,
  journal: JournalSummary,
  onEffect: TakeDownOptions['onEffect'],
): Promise<{ stopped: number; strangers: TakenDown['strangers'] }> {
  const recorded = new Set([...inodes, ...[...journal.namespaces.values()].map(inodeOfIdentity)])
  const outside = plan.steps.filter(
    (step): step is ServiceStep => step.kind === 'service' && step.namespace === null,
  )
  const isSupervisor = ({ pid }: ProcessIdentity) => commandLineOf(pid).includes('supervisor-main')
  let stopped = 0
  for (let rounds = MAX_ROUNDS; ; rounds -= 1) {
    const found = processesInNamespaces(recorded)
    const own = [
      ...findTools(lab),
      ...findServiceProcesses(outside, lab),
      ...found.filter(({ pid }) => environmentOfProcess(pid).get('LAB') === lab),
    ].filter(({ pid }) => pid !== process.pid)
    if (own.length === 0) return { stopped, strangers: strangersIn(inodes) }
    if (rounds === 0) throw cannotStop(lab, own)
    const supervisors = own.filter(isSupervisor)
    const going = supervisors.length > 0 ? supervisors : own
    for (const { pid } of going) onEffect?.(`stop ${pid}`)
    await stopProcesses(going, STOP_GRACE_MS)
    stopped += new Set(going.map(({ pid }) => pid)).size
  }
}

const STOP_GRACE_MS = 3_000

/** The supervisor, the rest, what was being started meanwhile, and once more. */
const MAX_ROUNDS = 4

function cannotStop(lab: string, left: readonly ProcessIdentity[]): LabError {
  const names = left.map(({ pid }) => `pid ${pid} (${commandLineOf(pid)})`)
  return new LabError(`Cannot end all processes of lab ${lab}: ${names.join(', ')}`, {
    standing:
      'They outlive SIGKILL: the kernel holds them. Everything else of the lab is as it was.',
    hint: `\`lab down ${lab}\` tries again.`,
  })
}

function strangersIn(inodes: ReadonlySet<number>): TakenDown['strangers'] {
  return processesInNamespaces(inodes).map(({ pid }) => ({ pid, commandLine: commandLineOf(pid) }))
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
function removeState(lab: string, onEffect: TakeDownOptions['onEffect']): void {
  const path = statePathOf(lab)
  const last = [journalPathOf(lab), recordPathOf(lab)]
  const others = readdirSync(path)
    .map(name => `${path}/${name}`)
    .filter(file => !last.includes(file))
  for (const file of [...others, ...last]) {
    onEffect?.(`remove ${file}`)
    rmSync(file, { recursive: true, force: true })
  }
  onEffect?.(`remove ${path}`)
  rmdirSync(path)
  onEffect?.(`remove ${labsDirectory}`)
  removeLabsDirectoryIfEmpty()
}

/** Another lab may be making or removing it at the same time, and it may be a mount point. */
function removeLabsDirectoryIfEmpty(): void {
  try {
    rmdirSync(labsDirectory)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code !== 'ENOTEMPTY' && code !== 'ENOENT' && code !== 'EBUSY') throw error
  }
}

/** `lab up` was killed before it wrote its record, so nothing was made; or `lab down` after it had removed it. */
function removeEmptyState(lab: string): TakenDown {
  const path = statePathOf(lab)
  if (existsSync(path)) {
    const foreign = foreignFilesIn(lab)
    if (foreign.length > 0) throw notALab(path, foreign)
    for (const file of remainsOf(lab)) rmSync(file, { force: true })
    rmdirSync(path)
  }
  removeLabsDirectoryIfEmpty()
  return { lab, namespaces: 0, processes: 0, containers: 0, strangers: [] }
}

function notALab(path: string, foreign: readonly string[]): LabError {
  return new LabError(`${path} has no record of a lab, and holds ${foreign.join(', ')}`, {
    standing: 'Nothing of it was removed.',
    hint: 'Look into it, and move it away or remove it yourself.',
  })
}

function cannotRemove(lab: string, failures: readonly string[], hasContainers: boolean): LabError {
  const forget = `. If its engine is gone for good, \`rm -r ${statePathOf(lab)}\` makes lab forget it.`
  return new LabError(`Cannot take all of lab ${lab} away\n${failures.join('\n')}`, {
    standing: 'The rest is gone; the record of the lab is kept.',
    hint: `\`lab down ${lab}\` tries again${hasContainers ? forget : '.'}`,
  })
}
