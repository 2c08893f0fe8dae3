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
 * command line names the service, as Neutron's own agents check (external_process.ProcessManager.active). Null where
 * there is none.
 */
export function findService(service: ServiceStep): ProcessIdentity | null {
  const pid = readPidFile(service.pidFile)
  if (pid === null) return null
  const identity = identify(pid)
  if (identity === null || !commandLineOf(pid).includes(service.commandLineHolds)) return null
  const namespace = inodeOf(`/run/netns/${service.namespace}`)
  return namespace !== null && networkNamespaceOf(pid) === namespace ? identity : null
}
