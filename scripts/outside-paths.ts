import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Notes which of the places that engines use, whatever they are told, are there before one is started. */
export function noteOutsidePaths(file: string): void {
  writeFileSync(file, JSON.stringify(outsidePaths().filter(path => existsSync(path))))
}

/**
 * Removes those that were not there: files that engines are known to make, and folders that are empty. Where an engine
 * of somebody else runs by now, they are left to it.
 */
export function removeNewOutsidePaths(file: string): void {
  if (!existsSync(file) || runsAnyEngine()) return
  const before: readonly unknown[] = JSON.parse(readFileSync(file, 'utf8'))
  for (const path of outsidePaths()) if (!before.includes(path)) remove(path)
}

/** The inner ones first. */
function outsidePaths(): readonly string[] {
  return [...OUTSIDE, ...namesIn(CGROUPS).flatMap(cgroupsOfEngines), ...IN_UNIFIED]
}

const CGROUPS = '/sys/fs/cgroup'

const OUTSIDE = [
  ...['/etc/docker/key.json', '/etc/docker'],
  ...['/run/docker/plugins', '/run/docker', '/run/containerd/s', '/run/containerd'],
  ...['/etc/cni/net.d/cni.lock', '/etc/cni/net.d', '/etc/cni'],
  ...['/etc/containers/networks/netavark.lock', '/etc/containers/networks'],
  ...['/run/containers/networks', '/run/containers', '/run/libpod', '/run/runc', '/run/crun'],
  ...['/var/lib/containers/cache/blob-info-cache-v1.boltdb', '/var/lib/containers/cache'],
  '/var/lib/containers',
]

function cgroupsOfEngines(hierarchy: string): readonly string[] {
  return ENGINES_CGROUPS.map(name => join(CGROUPS, hierarchy, name))
}

const ENGINES_CGROUPS = ['docker', 'libpod_parent/conmon', 'libpod_parent']
const IN_UNIFIED = ENGINES_CGROUPS.map(name => join(CGROUPS, name))

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    // No cgroups, none of engines.
    return []
  }
}

function remove(path: string): void {
  try {
    if (/\.(json|lock|boltdb)$/.test(path)) rmSync(path, { force: true })
    else rmdirSync(path)
  } catch {
    // It was never made, or others have put something there.
  }
}

function runsAnyEngine(): boolean {
  return namesIn('/proc').some(pid => {
    try {
      return /^(dockerd|containerd|podman|conmon)$/.test(
        readFileSync(`/proc/${pid}/comm`, 'utf8').trim(),
      )
    } catch {
      // No process, or one that has ended meanwhile.
      return false
    }
  })
}
