import { environmentOf } from '../linux/environment-of.ts'
import {
  environmentOfProcess,
  liveProcesses,
  type ProcessIdentity,
  sharesOurPids,
} from '../linux/process-table.ts'

/**
 * Programs that commands on a lab have started and that are still running: `ip`, `sysctl` and the like, which outlive
 * a command that was killed. Known by an environment that holds what `run` gives them and nothing else; a container
 * may have a lab of that name too, and its processes are not this lab's.
 */
export function findTools(lab: string): ProcessIdentity[] {
  const given = Object.entries(environmentOf(lab))
  return liveProcesses().filter(({ pid }) => {
    const environment = environmentOfProcess(pid)
    return (
      environment.size === given.length &&
      given.every(([name, value]) => environment.get(name) === value) &&
      sharesOurPids(pid)
    )
  })
}
