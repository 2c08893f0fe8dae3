import { readFileSync } from 'node:fs'

/** Whether a process is kept from running by its control group (cgroups(7)), as `docker pause` does it. */
export function isFrozen(pid: number): boolean {
  return read(`/proc/${pid}/cgroup`).split('\n').some(isFrozenIn)
}

/** `7:freezer:/docker/…` of the first version, `0::/system.slice/…` of the second. */
function isFrozenIn(line: string): boolean {
  const [, controllers, ...rest] = line.split(':')
  const path = rest.join(':')
  if (controllers === 'freezer')
    return read(`/sys/fs/cgroup/freezer${path}/freezer.state`).trim() === 'FROZEN'
  return controllers === '' && /^frozen 1$/m.test(read(`/sys/fs/cgroup${path}/cgroup.events`))
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process has ended, or the machine has no such control group.
    return ''
  }
}
