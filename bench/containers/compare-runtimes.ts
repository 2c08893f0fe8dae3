import { readRecord } from '../../src/lab/record.ts'
import { type Container, isContained } from '../../src/plan/step.ts'
import { type LabCommand, withLab } from '../lab-command.ts'
import { runTimed } from '../run-timed.ts'
import { type BareStart, startBare } from './bare-containers.ts'

interface Times {
  readonly up: number
  readonly down: number
}

/** Milliseconds of one round: with processes, then with each engine, and as many bare containers there. */
export interface Round {
  readonly process: Times
  readonly engines: Readonly<Record<string, Times & { readonly bare: BareStart }>>
}

/** Of a topology, by the topology's name. */
export interface RuntimeComparison {
  readonly topology: string
  readonly containers: number
  readonly rounds: readonly Round[]
}

/** Brings a topology up with every runtime, in turns, after a round that does not count. `hosts` is by kind of engine. */
export async function compareRuntimes(
  topology: string,
  hosts: Readonly<Record<string, string>>,
  rounds: number,
  signal: AbortSignal,
): Promise<RuntimeComparison> {
  const taken: Round[] = []
  let containers = 0
  for (let round = 0; round <= rounds; round++) {
    const process = await runLab(topology, null, signal)
    const engines: Record<string, Times & { readonly bare: BareStart }> = {}
    for (const [kind, host] of Object.entries(hosts)) {
      const { contained, ...times } = await runLab(topology, host, signal)
      containers = contained.length
      engines[kind] = { ...times, bare: await startBare(contained, signal) }
    }
    taken.push({ process: { up: process.up, down: process.down }, engines })
  }
  return { topology, containers, rounds: taken.slice(1) }
}

function runLab(topology: string, host: string | null, signal: AbortSignal) {
  return withLab(
    `bench-${process.pid}`,
    async lab => {
      const up = await runTimed([...lab.up(topology)], signal)
      if (!up.stdout.includes('"uuid"')) throw new Error(`The guest had no metadata: ${up.stdout}`)
      const contained = containersOf(lab)
      const down = await runTimed([...lab.down()], signal)
      return { up: up.milliseconds, down: down.milliseconds, contained }
    },
    host,
  )
}

function containersOf({ name }: LabCommand): Container[] {
  const steps = readRecord(name)?.plan.steps ?? []
  return steps.filter(isContained).map(({ container }) => container)
}
