import { isFrozen } from '../linux/is-frozen.ts'
import { inodeOfIdentity } from '../linux/namespace-identity.ts'
import {
  commandLineOf,
  environmentOfProcess,
  type ProcessIdentity,
  processesInNamespaces,
} from '../linux/process-table.ts'
import { stopProcesses } from '../linux/stop-processes.ts'
import { isService } from '../plan/step.ts'
import { findServiceProcesses } from '../runtime/process/find-service-processes.ts'
import { findTools } from './find-tools.ts'
import type { JournalSummary } from './journal.ts'
import { LabError } from './lab-error.ts'
import type { RemovableRecord } from './record.ts'

/** A process in a lab's namespace that the lab did not start. */
export interface Stranger {
  readonly pid: number
  readonly commandLine: string
}

/**
 * Ends every process that the lab has started: what a killed command has left running, and what has the variable LAB
 * in its environment and is in a namespace of the lab, one that has lost its name too, or is a service of the lab in
 * the machine's own. The supervisor goes first, and looks are repeated until none is left: that of a lab of an older
 * version, which knew no lock, may have been starting something. Throws LabError naming what cannot be ended.
 */
export async function stopLabProcesses(
  { lab, plan }: RemovableRecord,
  inodes: ReadonlySet<number>,
  journal: JournalSummary,
  onEffect: ((effect: string) => void) | undefined,
): Promise<{ stopped: number; strangers: readonly Stranger[] }> {
  const recorded = new Set([...inodes, ...[...journal.namespaces.values()].map(inodeOfIdentity)])
  const outside = plan.steps.filter(isService).filter(({ namespace }) => namespace === null)
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
  const names = left.map(
    ({ pid }) => `pid ${pid} (${commandLineOf(pid)}${isFrozen(pid) ? ', paused' : ''})`,
  )
  return new LabError(`Cannot end all processes of lab ${lab}: ${names.join(', ')}`, {
    standing:
      'They outlive SIGKILL: the kernel holds them. Everything else of the lab is as it was.',
    hint: `\`lab down ${lab}\` tries again.`,
  })
}

function strangersIn(inodes: ReadonlySet<number>): Stranger[] {
  return processesInNamespaces(inodes).map(({ pid }) => ({ pid, commandLine: commandLineOf(pid) }))
}
