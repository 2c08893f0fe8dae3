import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { readRecord } from '../../src/lab/record.ts'
import { namespaceIdentityOf } from '../../src/linux/namespace-identity.ts'
import { findService } from '../../src/runtime/process/find-service.ts'
import { type LabCommand, launcher, withLab } from '../lab-command.ts'
import { runTimed } from '../run-timed.ts'
import { type Size, scaleTopology } from './scale-topology.ts'

/** What a change of a standing lab took, and what else it touched. */
export interface LiveChange {
  readonly words: string
  /** Of each round. */
  readonly milliseconds: readonly number[]
  /** Processes that stood before and after and are others, by name: none of them should be. */
  readonly disturbed: readonly string[]
}

export interface Scale {
  readonly size: Size
  readonly upSeconds: number
  readonly downSeconds: number
  readonly processes: number
  readonly namespaces: number
  readonly changes: readonly LiveChange[]
}

/** Builds a lab of a size, changes it in rounds while it stands, and takes it down. Throws where a guest gets no metadata. */
export async function measureScale(
  size: Size,
  rounds: number,
  signal: AbortSignal,
): Promise<Scale> {
  const directory = mkdtempSync(`${tmpdir()}/lab-bench-`)
  try {
    const topology = `${directory}/scale.yaml`
    writeFileSync(topology, scaleTopology(size))
    return await withLab(`bench-${process.pid}`, lab =>
      measure(lab, topology, size, rounds, signal),
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function measure(
  lab: LabCommand,
  topology: string,
  size: Size,
  rounds: number,
  signal: AbortSignal,
): Promise<Scale> {
  const up = await runTimed([...lab.up(topology)], signal)
  const { processes, namespaces } = look(lab.name)
  const changes: LiveChange[] = []
  for (const pair of CHANGES) changes.push(...(await measurePair(lab.name, pair, rounds, signal)))
  const down = await runTimed([...lab.down()], signal)
  return {
    size,
    upSeconds: up.milliseconds / 1000,
    downSeconds: down.milliseconds / 1000,
    processes: processes.size,
    namespaces: namespaces.size,
    changes,
  }
}

type Pair = readonly [change: string, back: string]

const CHANGES: readonly Pair[] = [
  ['instance add newcomer --network net0', 'instance remove newcomer'],
  ['router add-subnet edge sub0', 'router remove-subnet edge sub0'],
  ['network add more --subnet 10.200.0.0/24', 'network remove more'],
]

/** A change and the one that undoes it, in turns. */
async function measurePair(
  lab: string,
  pair: Pair,
  rounds: number,
  signal: AbortSignal,
): Promise<LiveChange[]> {
  const changes = pair.map(words => ({
    words,
    milliseconds: [] as number[],
    disturbed: [] as string[],
  }))
  for (let round = 0; round < rounds; round += 1)
    for (const { words, milliseconds, disturbed } of changes) {
      const before = look(lab)
      const run = await runTimed([launcher, '--lab', lab, ...words.split(' ')], signal)
      milliseconds.push(run.milliseconds)
      disturbed.push(...differences(before, look(lab)))
    }
  return changes
}

/** What stands of a lab: its processes and namespaces, each with what tells it from another of that name. */
interface Look {
  readonly processes: ReadonlyMap<string, string>
  readonly namespaces: ReadonlyMap<string, string>
}

function look(lab: string): Look {
  const steps = readRecord(lab)?.plan.steps ?? []
  const processes = steps.flatMap(step => {
    const found = step.kind === 'service' ? findService(step) : null
    return step.kind !== 'service' || found === null
      ? []
      : [[step.name, `${found.pid} ${found.startTime}`] as const]
  })
  const namespaces = steps.flatMap(step =>
    step.kind === 'netns'
      ? [[step.namespace, namespaceIdentityOf(step.namespace) ?? 'gone'] as const]
      : [],
  )
  return { processes: new Map(processes), namespaces: new Map(namespaces) }
}

/** What stands before and after, and is another. */
function differences(before: Look, after: Look): string[] {
  const changed = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) =>
    Array.from(one).flatMap(([name, identity]) =>
      other.has(name) && other.get(name) !== identity ? [name] : [],
    )
  return [
    ...changed(before.processes, after.processes),
    ...changed(before.namespaces, after.namespaces),
  ]
}
