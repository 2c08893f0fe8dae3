import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { inodeOf } from '../linux/process-table.ts'
import { isContained, type NamespaceStep, type Step } from '../plan/step.ts'
import { asOfThisBoot, Journal, readJournal } from './journal.ts'
import { LabError } from './lab-error.ts'
import { journalPathOf, labsDirectory, recordPathOf, statePathOf } from './paths.ts'
import { foreignFilesIn, readAnyRecord, remainsOf } from './record.ts'
import { removeOwnContainers } from './remove-own-containers.ts'
import { isOwnNamespace, removeSteps } from './remove-steps.ts'
import { type Stranger, stopLabProcesses } from './stop-lab-processes.ts'

export interface TakenDown {
  readonly lab: string
  readonly namespaces: number
  readonly processes: number
  readonly containers: number
  /** Processes in the lab's namespaces that the lab did not start: they are left alone, and keep theirs alive. */
  readonly strangers: readonly Stranger[]
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
  const stopping = stopLabProcesses(record, inodes, journal, onEffect)
  const { stopped, strangers } = await stopping.catch((error: unknown) => {
    throw unremoved.length === 0 ? error : withContainers(error, unremoved)
  })
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

function inodesOf(namespaces: readonly NamespaceStep[]): ReadonlySet<number> {
  return new Set(namespaces.flatMap(({ namespace }) => inodeOf(`/run/netns/${namespace}`) ?? []))
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

/** Their engine holds what is paused, and puts back what has ended. */
function withContainers(error: unknown, unremoved: readonly string[]): unknown {
  if (!(error instanceof LabError)) return error
  return new LabError([error.message, ...unremoved].join('\n'), {
    cause: error,
    standing: 'All else that ran has ended; files and record of the lab are kept.',
    hint: error.hint ?? undefined,
  })
}

function cannotRemove(lab: string, failures: readonly string[], hasContainers: boolean): LabError {
  const forget = `. If its engine is gone for good, \`rm -r ${statePathOf(lab)}\` makes lab forget it.`
  return new LabError(`Cannot take all of lab ${lab} away\n${failures.join('\n')}`, {
    standing: 'The rest is gone; the record of the lab is kept.',
    hint: `\`lab down ${lab}\` tries again${hasContainers ? forget : '.'}`,
  })
}
