import { readRecord } from '../../src/lab/record.ts'
import { readPidFile } from '../../src/linux/process-table.ts'
import type { ServiceStep } from '../../src/plan/step.ts'

/** Of a lab that is up, what a load needs to know. */
export interface StandingLab {
  readonly name: string
  /** The first guest's. */
  readonly guestNamespace: string
  readonly services: readonly ServiceStep[]
}

/** Throws where no such lab is up. */
export function findStandingLab(name: string): StandingLab {
  const record = readRecord(name)
  const [guest] = record?.cloud.instances ?? []
  if (record === null || guest === undefined) throw new Error(`No lab ${name} with a guest is up`)
  const services = record.plan.steps.filter((step): step is ServiceStep => step.kind === 'service')
  return { name, guestNamespace: `lab-${name}-${guest.name}`, services }
}

/** A service of the lab, by the operator's name; throws where there is none. */
export function findServiceStep({ name, services }: StandingLab, service: string): ServiceStep {
  const found = services.find(step => step.service === service)
  if (found === undefined) throw new Error(`Lab ${name} has no ${service}`)
  return found
}

/** Throws where the service does not run. */
export function pidOf(lab: StandingLab, service: string): number {
  const pid = readPidFile(findServiceStep(lab, service).pidFile)
  if (pid === null) throw new Error(`${service} of lab ${lab.name} does not run`)
  return pid
}
