import { LabError } from '../../src/lab/lab-error.ts'
import { type LabRecord, readRecord } from '../../src/lab/record.ts'

/**
 * The record of a lab that answers for itself. Throws LabError where there is none, and where it stands before somebody
 * else's agent or nova, which would be asked for their cloud and not for the recorded one.
 */
export function readWholeLab(lab: string): LabRecord {
  const record = readRecord(lab)
  if (record === null) {
    throw new LabError(`There is no lab ${lab}`, { hint: '`lab list` shows those that stand.' })
  }
  for (const service of ['neutron-metadata-agent', 'nova-api-metadata'] as const) {
    const isIt = (step: LabRecord['plan']['steps'][number]) =>
      step.kind === 'service' && step.service === service
    if (record.plan.steps.some(isIt)) continue
    throw new LabError(`Lab ${lab} has no ${service} of its own to compare with the recorded one`)
  }
  return record
}
