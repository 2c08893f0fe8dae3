import { checkAgentsElsewhere } from '../lab/check-agents-elsewhere.ts'
import { labsDirectory } from '../lab/paths.ts'
import { isRoot } from '../linux/is-root.ts'
import { checkMachine, missingIn } from '../linux/machine/check-machine.ts'
import { optionalProgramNames } from '../linux/programs.ts'
import { checkEngine } from '../runtime/docker/check-engine.ts'
import { ensurePrograms } from './ensure-programs.ts'
import { renderFindings } from './render-findings.ts'

interface DoctorOptions {
  readonly json: boolean
  /** Installs missing programs first, those that only some topologies need among them. */
  readonly install: boolean
}

/** `lab doctor`: what the machine has of what labs need. Exit code 3 where something needed is missing. */
export async function doctor({ json, install }: DoctorOptions): Promise<void> {
  if (install) await ensurePrograms(true, optionalProgramNames)
  // The engine is asked first: while it thinks, the rest is tried.
  const [engine, { findings }] = await Promise.all([
    checkEngine(process.env),
    checkMachine(labsDirectory),
  ])
  // What is known of labs that stand is root's to read.
  const agents = isRoot() ? checkAgentsElsewhere() : []
  const report = { findings: [...findings, engine, ...agents] }
  const isReady = missingIn(report).length === 0
  const text = json
    ? JSON.stringify({ ready: isReady, ...report }, null, 2)
    : renderFindings(report)
  process.stdout.write(`${text}\n`)
  if (!isReady) process.exitCode = 3
}
