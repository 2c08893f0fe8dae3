import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import type { AgentStates } from '../cloud/agent-states.ts'
import type { Cloud } from '../cloud/cloud.ts'
import type { ContainerFacts } from '../cloud/machine-facts.ts'
import { quoteCommand } from '../plan/shell-quote.ts'
import type { Plan } from '../plan/step.ts'
import { labNamePattern } from '../topology/lab-name.ts'
import { LabError } from './lab-error.ts'
import {
  journalPathOf,
  keptTopologyPathOf,
  labsDirectory,
  recordPathOf,
  statePathOf,
} from './paths.ts'
import { readIfThere } from './read-if-there.ts'

/** What a lab is made of. Holds its secrets: root's alone. */
export interface LabRecord {
  readonly format: typeof RECORD_FORMAT
  readonly lab: string
  /** As the user named it: a path, or the name of one that ships; the kept one, where that says no longer what stands. */
  readonly topology: string
  readonly kept: KeptTopology
  /** The words after it that change what is built: `--name`, `x`. Absent where there were none. */
  readonly options?: readonly string[]
  /** The engine whose containers its services run in; null where they are processes. */
  readonly containers: ContainerFacts | null
  readonly cloud: Cloud
  /** What is stopped or cut off, and what its agents know that have not been told of the cloud as it is. */
  readonly states: AgentStates
  readonly plan: Plan
}

/** The topology that a lab was built of, with which its changes begin; `topology.yaml` beside the record has the same. */
export interface KeptTopology {
  /** With the paths in it made absolute. */
  readonly text: string
  /** Commands have changed it since the user gave it. */
  readonly edited: boolean
}

/** 2: guests and floating IPs in the cloud. 3: containers. 4: the topology's text; hosts. */
export const RECORD_FORMAT = 4

/** What taking a lab away needs, which has stayed the same in every format. */
export type RemovableRecord = Pick<LabRecord, 'lab' | 'plan'>

/** What builds this very lab again: `lab up dhcp-mode --name x`. */
export function upCommandOf({ topology, options = [] }: UpWords): string {
  return quoteCommand(['lab', 'up', topology, ...options])
}

type UpWords = Pick<LabRecord, 'topology' | 'options'>

/** The text of a record, as it stands on disk. */
export function encodeRecord(record: LabRecord): string {
  return `${JSON.stringify(record)}\n`
}

/**
 * Writes the record so that a crash leaves the old one or the new one, never half of one; and beside it the topology, for
 * `lab up` to read. A crash in between leaves a topology that is ahead of its record: `lab up` goes on with it, any
 * other command begins with what the record says.
 */
export function writeRecord(record: LabRecord): void {
  const { lab } = record
  makeStateDirectory(lab)
  chmodSync(statePathOf(lab), 0o711)
  const files = [
    [keptTopologyPathOf(lab), record.kept.text],
    [recordPathOf(lab), encodeRecord(record)],
  ] as const
  try {
    for (const [path, text] of files) writeFileSync(`${path}.new`, text, { mode: 0o600 })
    for (const [path] of files) renameSync(`${path}.new`, path)
  } catch (error) {
    for (const [path] of files) rmSync(`${path}.new`, { force: true })
    if (readdirSync(statePathOf(lab)).length === 0) rmdirSync(statePathOf(lab))
    throw error
  }
}

/** Another lab that goes may take the common directory away in between. */
function makeStateDirectory(lab: string): void {
  for (let tries = 3; !existsSync(statePathOf(lab)); tries -= 1) {
    mkdirSync(labsDirectory, { recursive: true, mode: 0o755 })
    try {
      mkdirSync(statePathOf(lab))
    } catch (error) {
      if (tries === 0) throw error
    }
  }
}

/** The record of a lab; null where no such lab has one. Throws LabError on one that this version cannot read. */
export function readRecord(lab: string): LabRecord | null {
  const value = readAnyRecord(lab)
  if (value === null || isLabRecord(value)) return value
  throw new LabError(`Lab ${lab} was built by an older version of lab`, {
    standing: 'It stands as that version built it.',
    hint: `\`lab down ${lab}\` takes it away; \`lab up\` then builds it anew.`,
  })
}

/** The record of a lab of this version or an older one, to take it away by; throws as readRecord. */
export function readAnyRecord(lab: string): RemovableRecord | null {
  const path = recordPathOf(lab)
  const text = readIfThere(path)
  if (text === null) return null
  const value = parse(text)
  if (isRemovable(value)) return value
  throw new LabError(`Cannot read ${path}: it is damaged, or of a newer version of lab`, {
    standing: `What stands of lab ${lab} is not known without it.`,
    hint: `That version takes the lab down. Else look for its namespaces (\`ip netns\`), then remove ${statePathOf(lab)}.`,
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // damaged: no record either
    return null
  }
}

/** The records of all labs but one, as far as they can be read. */
export function recordsOfOthers(lab: string): LabRecord[] {
  return labNames().flatMap(name => (name === lab ? [] : (readRecordIfReadable(name) ?? [])))
}

/** The record of a lab; null where there is none that this version can read. */
export function readRecordIfReadable(lab: string): LabRecord | null {
  try {
    return readRecord(lab)
  } catch (error) {
    if (error instanceof LabError) return null
    throw error
  }
}

function isRemovable(value: unknown): value is RemovableRecord {
  if (typeof value !== 'object' || value === null || !('format' in value)) return false
  return Number(value.format) >= 1 && Number(value.format) <= RECORD_FORMAT
}

function isLabRecord(record: RemovableRecord): record is LabRecord {
  return 'format' in record && record.format === RECORD_FORMAT
}

/** Names of all labs that have a state directory, half-built ones too; what no lab could be called is not ours. */
export function labNames(): string[] {
  if (!existsSync(labsDirectory)) return []
  return readdirSync(labsDirectory, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && labNamePattern.test(entry.name))
    .map(entry => entry.name)
    .sort()
}

/** Whether a state directory stands, with a record in it or not. */
export function labExists(lab: string): boolean {
  return existsSync(statePathOf(lab))
}

/** Names in a state directory that a lab without a record, killed before it had one or when it was gone, cannot have left. */
export function foreignFilesIn(lab: string): string[] {
  const remains = remainsOf(lab)
  return readdirSync(statePathOf(lab)).filter(
    name => !remains.includes(`${statePathOf(lab)}/${name}`),
  )
}

/** What a kill may leave in a state directory without a record. */
export function remainsOf(lab: string): string[] {
  const kept = keptTopologyPathOf(lab)
  return [`${kept}.new`, kept, `${recordPathOf(lab)}.new`, journalPathOf(lab)]
}
