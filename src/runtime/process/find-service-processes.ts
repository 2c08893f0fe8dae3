import { asOfThisBoot, readJournal } from '../../lab/journal.ts'
import { inodeOfIdentity } from '../../linux/namespace-identity.ts'
import {
  commandLineOf,
  environmentOfProcess,
  liveProcesses,
  networkNamespaceOf,
  type ProcessIdentity,
  sharesOurPids,
} from '../../linux/process-table.ts'
import type { ServiceStep } from '../../plan/step.ts'

/**
 * Every live process of services of a lab, whatever their pid files say: a starter that has not come so far, one whose
 * pid file was lost, one whose namespace has lost its name. Known by the environment that it was given, by the
 * program's name, and by a network namespace that the journal records as made by the lab: another machine's lab of that
 * name, in a container that this one sees into, has other namespaces. What runs in the machine's own has an environment
 * that nothing else is given.
 */
export function findServiceProcesses(
  services: readonly ServiceStep[],
  lab: string,
): ProcessIdentity[] {
  const { namespaces } = asOfThisBoot(readJournal(lab))
  const isItsNamespace = ({ namespace }: ServiceStep, pid: number) => {
    if (namespace === null) return true
    const identity = namespaces.get(namespace)
    return identity !== undefined && inodeOfIdentity(identity) === networkNamespaceOf(pid)
  }
  return liveProcesses().filter(({ pid }) => {
    const environment = environmentOfProcess(pid)
    if (environment.get('LAB') !== lab) return false
    const commandLine = commandLineOf(pid)
    return (
      services.some(
        service => isProcessOf(service, environment, commandLine) && isItsNamespace(service, pid),
      ) && sharesOurPids(pid)
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
