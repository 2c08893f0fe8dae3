import {
  commandLineOf,
  environmentOfProcess,
  identify,
  inodeOf,
  networkNamespaceOf,
  type ProcessIdentity,
  readPidFile,
} from '../../linux/process-table.ts'
import type { ServiceStep } from '../../plan/step.ts'

/**
 * The live process of a service: the pid in its file, believed only where it is in the service's place and its
 * command line names the service. Neutron's own agents check the command line alone
 * (external_process.ProcessManager.active). A start time would tell no more: services write their pid files anew when
 * they are put back, and a stranger in the lab's namespace that carries the service's words is taken for it either way.
 * Null where there is none.
 */
export function findService(service: ServiceStep): ProcessIdentity | null {
  const pid = readPidFile(service.pidFile)
  if (pid === null) return null
  const identity = identify(pid)
  if (identity === null || !commandLineOf(pid).includes(service.commandLineHolds)) return null
  return isInItsPlace(service, pid) ? identity : null
}

/** In the machine's own network namespace, where anybody's processes are, its environment tells. */
function isInItsPlace({ namespace, environment }: ServiceStep, pid: number): boolean {
  if (namespace === null) {
    const given = environmentOfProcess(pid)
    return Object.entries(environment).every(([name, value]) => given.get(name) === value)
  }
  const inode = inodeOf(`/run/netns/${namespace}`)
  return inode !== null && networkNamespaceOf(pid) === inode
}
