import {
  commandLineOf,
  environmentOfProcess,
  liveProcesses,
  type ProcessIdentity,
} from '../../linux/process-table.ts'
import type { ServiceStep } from '../../plan/step.ts'

/**
 * Every live process of services of a lab, whatever their pid files say: a starter that has not come so far, one whose
 * pid file was lost, one whose namespace has lost its name. Known by the environment that it was given and by the
 * program's name.
 */
export function findServiceProcesses(
  services: readonly ServiceStep[],
  lab: string,
): ProcessIdentity[] {
  return liveProcesses().filter(({ pid }) => {
    const environment = environmentOfProcess(pid)
    return (
      environment.get('LAB') === lab &&
      services.some(service => isProcessOf(service, environment, commandLineOf(pid)))
    )
  })
}

function isProcessOf(
  service: ServiceStep,
  environment: ReadonlyMap<string, string>,
  commandLine: string,
): boolean {
  const given = Object.entries(service.environment)
  const [program = ''] = commandLine.split(' ')
  return (
    given.every(([name, value]) => environment.get(name) === value) &&
    [service.argv[0], service.service, `lab-${service.service}`].includes(program) &&
    commandLine.includes(service.commandLineHolds)
  )
}
