import { gatherFacts } from '../linux/gather-facts.ts'
import type { ServiceStep } from '../plan/step.ts'
import { makeSteps } from './make-steps.ts'
import { readRecord, writeRecord } from './record.ts'
import { writtenNow } from './written-now.ts'

/**
 * Writes the files of services that have died as their agents would write them now, and into the record what they are then.
 * The caller holds the lab's lock.
 */
export async function writeAnew(
  lab: string,
  services: readonly ServiceStep[],
  signal: AbortSignal,
): Promise<void> {
  const record = readRecord(lab)
  if (record === null) return
  const now = writtenNow(record, gatherFacts(record.containers), services)
  if (now.size === 0) return
  const steps = record.plan.steps.map(step => now.get(step.id) ?? step)
  writeRecord({ ...record, plan: { ...record.plan, steps } })
  for (const step of now.values())
    if (step.kind === 'file') await makeSteps([step], { lab, signal, stood: new Map() })
}
