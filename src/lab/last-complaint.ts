import { isContained } from '../plan/step.ts'
import { LabError } from './lab-error.ts'
import { statePathOf } from './paths.ts'
import { readIfThere } from './read-if-there.ts'
import { readRecord } from './record.ts'

/**
 * What a service of a lab has last warned of since a moment (ms since 1970), as `service: words`; null for nothing, and
 * where its container's engine does not answer.
 */
export async function lastComplaint(
  lab: string,
  service: string,
  sinceMs: number,
): Promise<string | null> {
  const log = await readServiceLog(lab, service)
  const words = findComplaint(log, sinceMs)
  return words === null ? null : `${service}: ${words}`
}

async function readServiceLog(lab: string, service: string): Promise<string> {
  const step = readRecord(lab)?.plan.steps.find(
    candidate => candidate.kind === 'service' && candidate.service === service,
  )
  if (step === undefined || !isContained(step))
    return readIfThere(`${statePathOf(lab)}/log/${service}.log`) ?? ''
  const { printedBy } = await import('../runtime/docker/printed-by.ts')
  try {
    return (await printedBy(step.container)) ?? ''
  } catch (error) {
    if (error instanceof LabError) return ''
    throw error
  }
}

/** In a log as oslo.log writes it, whose times are local. */
export function findComplaint(log: string, sinceMs: number): string | null {
  const complaints = [...log.matchAll(/^(\S+ \S+) \d+ (?:WARNING|ERROR) \S+ \[-\] (.*)$/gm)]
  const [, time = '', words = ''] = complaints.at(-1) ?? []
  return Date.parse(time) >= sinceMs ? words : null
}
