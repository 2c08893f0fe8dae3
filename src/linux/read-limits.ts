import { readFileSync } from 'node:fs'

/**
 * How many open files and processes a container may be given. Nobody raises his own without CAP_SYS_RESOURCE
 * (setrlimit(2)), engines neither, whose defaults are a million of each. More than these no service needs, and dnsmasq
 * closes as many files when it starts as it might have.
 */
export function readLimits(text = readFileSync('/proc/self/limits', 'utf8')): {
  readonly nofile: number
  readonly nproc: number
} {
  return {
    nofile: Math.min(hardLimit(text, 'Max open files'), ENOUGH_FILES),
    nproc: Math.min(hardLimit(text, 'Max processes'), ENOUGH_PROCESSES),
  }
}

const ENOUGH_FILES = 65_536
const ENOUGH_PROCESSES = 32_768

/** In proc(5)'s table: the name, the soft limit, the hard one, the unit. */
function hardLimit(text: string, name: string): number {
  const line = text.split('\n').find(candidate => candidate.startsWith(name)) ?? ''
  const [, hard = ''] = line.slice(name.length).trim().split(/\s+/)
  return /^\d+$/.test(hard) ? Number(hard) : Number.POSITIVE_INFINITY
}
