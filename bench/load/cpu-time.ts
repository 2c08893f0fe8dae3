import { readdirSync, readFileSync } from 'node:fs'

/** Microseconds that a process has had of the cores, all its threads together (proc(5), schedstat); 0 for a dead one. */
export function cpuTimeUs(pid: number): number {
  let nanoseconds = 0
  for (const thread of threadsOf(pid)) nanoseconds += readNanoseconds(pid, thread)
  return nanoseconds / 1000
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function readNanoseconds(pid: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  } catch {
    // A thread that has just ended.
    return 0
  }
}
