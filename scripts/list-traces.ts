import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineDirectoryPrefix } from './engine-directory.ts'

/** What labs, and the engines started for tests, have on this machine now, one line each. */
export function listTraces(): readonly string[] {
  return [
    ...namesIn('/run/netns').map(name => `namespace ${name}`),
    ...namesIn('/var/lib/lab').map(name => `/var/lib/lab/${name}`),
    ...namesIn('/proc').filter(isProcessOfLab).map(describeProcess),
    ...namesIn(tmpdir())
      .filter(name => name.startsWith(engineDirectoryPrefix))
      .map(name => join(tmpdir(), name)),
    ...namesIn('/proc').filter(isEngineForTests).map(describeProcess),
    ...read('/proc/self/mounts')
      .split('\n')
      .filter(line => line.includes(`/${engineDirectoryPrefix}`))
      .map(line => `mount ${line}`),
  ]
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    // No folder, nothing in it.
    return []
  }
}

/** Every process that a lab starts, and all that those start, carry the lab's name in their environment. */
function isProcessOfLab(pid: string): boolean {
  return /^\d+$/.test(pid) && /(^|\0)LAB=/.test(read(`/proc/${pid}/environ`))
}

function isEngineForTests(pid: string): boolean {
  return (
    /^\d+$/.test(pid) &&
    enginePrograms.includes(read(`/proc/${pid}/comm`).trim()) &&
    read(`/proc/${pid}/cmdline`).includes(`/${engineDirectoryPrefix}`)
  )
}

/** As the kernel cuts their names. */
const enginePrograms = ['dockerd', 'containerd', 'containerd-shim', 'podman', 'conmon']

function describeProcess(pid: string): string {
  return `process ${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended, or belongs to somebody whose environment is not ours to read.
    return ''
  }
}
