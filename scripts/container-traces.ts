import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'

/** What the containers of an engine have outside its directory, which stays if both are killed. */
export function findContainerTraces(directory: string): readonly string[] {
  const ids = CONTAINERS.flatMap(folder => namesIn(join(directory, folder)))
  return [
    ...ids.filter(isContainerId).flatMap(tracesOf),
    ...namesIn(join(directory, TASKS)).flatMap(id => shimSocketOf(join(directory, TASKS, id))),
  ]
}

/** Removes them; those that are gone are no failure. */
export function removeContainerTraces(traces: readonly string[]): void {
  for (const path of traces) {
    try {
      if (path.startsWith(`${CGROUPS}/`)) rmdirSync(path)
      else rmSync(path, { recursive: true, force: true })
    } catch {
      // Its engine has removed the group.
    }
  }
}

const CONTAINERS = ['data/containers', 'root/overlay-containers', 'root/vfs-containers']

function isContainerId(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name)
}

function tracesOf(id: string): readonly string[] {
  const hierarchies = ['', ...namesIn(CGROUPS)]
  return [
    ...hierarchies.flatMap(hierarchy =>
      CGROUPS_OF_CONTAINERS.map(prefix => join(CGROUPS, hierarchy, `${prefix}${id}`)),
    ),
    ...['/run/runc', '/run/crun'].map(folder => join(folder, id)),
  ]
}

const CGROUPS = '/sys/fs/cgroup'
const CGROUPS_OF_CONTAINERS = ['docker/', 'libpod_parent/libpod-conmon-', 'libpod_parent/libpod-']

/** The shim of containerd names its socket by a hash, and writes down where it is. */
function shimSocketOf(task: string): readonly string[] {
  try {
    const address = readFileSync(join(task, 'address'), 'utf8').trim()
    return [join('/run/containerd/s', basename(address))]
  } catch {
    // It had not come as far.
    return []
  }
}

const TASKS = 'exec/containerd/daemon/io.containerd.runtime.v2.task/lab-tests'

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    // Nothing was made there.
    return []
  }
}
