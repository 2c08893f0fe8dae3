import { environmentOf } from '../linux/environment-of.ts'
import {
  environmentOfProcess,
  liveProcesses,
  type ProcessIdentity,
  sharesOurPids,
} from '../linux/process-table.ts'
import { isService } from '../plan/step.ts'
import { findServiceProcesses } from '../runtime/process/find-service-processes.ts'
import { readRecordIfReadable } from './record.ts'

/**
 * Programs that commands on a lab have started and that are still running: `ip`, `sysctl` and the like, which outlive
 * a command that was killed. Known by an environment that holds what `run` gives them and nothing else; a container
 * may have a lab of that name too, and its processes are not this lab's. Services may be given no more, and are none.
 */
export function findTools(lab: string): ProcessIdentity[] {
  const given = Object.entries(environmentOf(lab))
  const services = new Set(servicesOf(lab))
  return liveProcesses().filter(({ pid }) => {
    const environment = environmentOfProcess(pid)
    return (
      !services.has(pid) &&
      environment.size === given.length &&
      given.every(([name, value]) => environment.get(name) === value) &&
      sharesOurPids(pid)
    )
  })
}

function servicesOf(lab: string): number[] {
  const steps = readRecordIfReadable(lab)?.plan.steps ?? []
  const services = steps.filter(isService)
  return findServiceProcesses(services, lab).map(({ pid }) => pid)
}
