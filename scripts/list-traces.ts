import { readdirSync, readFileSync } from 'node:fs'

/** What labs have on this machine now: namespaces, folders and processes, one line each. */
export function listTraces(): readonly string[] {
  return [
    ...namesIn('/run/netns').map(name => `namespace ${name}`),
    ...namesIn('/var/lib/lab').map(name => `/var/lib/lab/${name}`),
    ...namesIn('/proc').filter(isProcessOfLab).map(describeProcess),
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
