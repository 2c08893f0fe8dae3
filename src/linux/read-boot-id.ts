import { readFileSync } from 'node:fs'

/** The kernel's random id of this boot (random(4)): namespaces and processes do not outlive it. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}
