import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

/** A process is a pid and its start time, never a pid alone: the kernel gives pids out again. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat (proc(5)). */
  readonly startTime: number
}

/** The identity of the live process with a pid; null where there is none, or only a zombie. */
export function identify(pid: number): ProcessIdentity | null {
  const text = readOrNull(`/proc/${pid}/stat`)
  if (text === null) return null
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  if (state === 'Z' || state === 'X') return null
  return { pid, startTime: Number(fields[19]) }
}

export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startTime === process.startTime
}

/** Its command line, words separated by spaces; empty for kernel threads and the dead. */
export function commandLineOf(pid: number): string {
  return (readOrNull(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim()
}

/** The environment that the process was started with; empty where it is unreadable. */
export function environmentOfProcess(pid: number): ReadonlyMap<string, string> {
  const entries = (readOrNull(`/proc/${pid}/environ`) ?? '').split('\0').filter(Boolean)
  return new Map(entries.map(splitEntry))
}

function splitEntry(entry: string): [string, string] {
  const [name = ''] = entry.split('=', 1)
  return [name, entry.slice(name.length + 1)]
}

/** Inode of the network namespace that the process is in; null for the dead. */
export function networkNamespaceOf(pid: number): number | null {
  try {
    return Number(/\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[1] ?? Number.NaN)
  } catch {
    // gone, a kernel thread, or not ours to look at
    return null
  }
}

/** Whether a process counts its pids as this one does: a container's are seen from outside, and are not ours. */
export function sharesOurPids(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) === readlinkSync('/proc/self/ns/pid')
  } catch {
    // gone, a kernel thread, or not ours to look at
    return false
  }
}

/** Pid in a pid file; null where the file is absent or holds no pid. */
export function readPidFile(path: string): number | null {
  const pid = Number((readOrNull(path) ?? '').trim() || Number.NaN)
  return Number.isInteger(pid) && pid > 1 ? pid : null
}

/** Every live process whose network namespace is one of those inodes. */
export function processesInNamespaces(inodes: ReadonlySet<number>): ProcessIdentity[] {
  return pids()
    .filter(pid => inodes.has(networkNamespaceOf(pid) ?? -1))
    .flatMap(pid => identify(pid) ?? [])
}

/** Every live process of this machine, as far as /proc shows it. */
export function liveProcesses(): ProcessIdentity[] {
  return pids().flatMap(pid => identify(pid) ?? [])
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
}

/** Inode of the file or namespace at a path; null where there is nothing. */
export function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // the process or file is gone
    return null
  }
}
