import {
  commandLineOf,
  environmentOfProcess,
  inodeOf,
  networkNamespaceOf,
  type ProcessIdentity,
  processesInNamespaces,
} from '../../linux/process-table.ts'
import type { ServiceStep } from '../../plan/step.ts'

/**
 * Every live process of services of a lab, whatever their pid files say: a starter that has not come so far, or one
 * whose pid file was lost. Known by namespace, by the environment that it was given and by the program's name.
 */
export function findServiceProcesses(
  services: readonly ServiceStep[],
  lab: string,
): ProcessIdentity[] {
  const byNamespace = Map.groupBy(services, ({ namespace }) => inodeOf(`/run/netns/${namespace}`))
  byNamespace.delete(null)
  const inodes = new Set([...byNamespace.keys()].filter(inode => inode !== null))
  return processesInNamespaces(inodes).filter(({ pid }) =>
    byNamespace.get(networkNamespaceOf(pid))?.some(service => isProcessOf(service, lab, pid)),
  )
}

function isProcessOf(service: ServiceStep, lab: string, pid: number): boolean {
  const environment = environmentOfProcess(pid)
  const given = Object.entries({ ...service.environment, LAB: lab })
  if (!given.every(([name, value]) => environment.get(name) === value)) return false
  const commandLine = commandLineOf(pid)
  const [program = ''] = commandLine.split(' ')
  const names = [service.argv[0], service.service, `lab-${service.service}`]
  return names.includes(program) && commandLine.includes(service.commandLineHolds)
}
