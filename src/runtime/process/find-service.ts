import {
  commandLineOf,
  identify,
  inodeOf,
  networkNamespaceOf,
  type ProcessIdentity,
  readPidFile,
} from '../../linux/process-table.ts'
import type { ServiceStep } from '../../plan/step.ts'

/**
 * The live process of a service: the pid in its file, believed only where it is in the service's namespace and its
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
  const namespace = inodeOf(`/run/netns/${service.namespace}`)
  return namespace !== null && networkNamespaceOf(pid) === namespace ? identity : null
}
