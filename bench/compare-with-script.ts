import { existsSync, readFileSync } from 'node:fs'
import { statePathOf } from '../src/lab/paths.ts'
import { type LabCommand, withLab } from './lab-command.ts'
import { prepareScript } from './prepare-script.ts'
import { runTimed } from './run-timed.ts'

/** Milliseconds of one pair: the lab, then the script. */
export interface Pair {
  readonly labUp: number
  /** Until nova-api-metadata answered the guest, by its own log; null where that says nothing. */
  readonly labFirst200: number | null
  readonly labDown: number
  readonly scriptUp: number
  readonly scriptDown: number
}

/** Builds dhcp-mode with `lab` and with the script, in turns, after a turn that does not count. */
export async function compareWithScript(runs: number, signal: AbortSignal): Promise<Pair[]> {
  const pairs: Pair[] = []
  for (let turn = 0; turn <= runs; turn++) {
    const lab = await withLab(`bench-${process.pid}`, command => runLab(command, signal))
    pairs.push({ ...lab, ...(await runScript(signal)) })
  }
  return pairs.slice(1)
}

async function runLab(lab: LabCommand, signal: AbortSignal) {
  const up = await runTimed([...lab.up('dhcp-mode')], signal)
  if (!up.stdout.includes('"uuid"')) throw new Error(`The guest had no metadata: ${up.stdout}`)
  const labFirst200 = first200Of(lab.name, up.startedAt)
  const down = await runTimed([...lab.down()], signal)
  return { labUp: up.milliseconds, labFirst200, labDown: down.milliseconds }
}

function first200Of(lab: string, startedAt: Date): number | null {
  const log = `${statePathOf(lab)}/log/nova-api-metadata.log`
  const line =
    existsSync(log) && readFileSync(log, 'utf8').match(/^([\d-]+) ([\d:.]+) .* status: 200 /m)
  return line ? Date.parse(`${line[1]}T${line[2]}`) - startedAt.getTime() : null
}

async function runScript(signal: AbortSignal) {
  const directory = await prepareScript(`${process.pid}`)
  try {
    const up = await runTimed([SCRIPT, 'up', directory], signal)
    if (!up.stdout.includes('"uuid"')) throw new Error(`The guest had no metadata: ${up.stdout}`)
    const down = await runTimed([SCRIPT, 'down', directory], signal)
    return { scriptUp: up.milliseconds, scriptDown: down.milliseconds }
  } finally {
    if (existsSync(directory))
      await runTimed([SCRIPT, 'down', directory], new AbortController().signal)
  }
}

const SCRIPT = `${import.meta.dirname}/dhcp-mode.sh`
