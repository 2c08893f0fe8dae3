import { existsSync } from 'node:fs'

/** Whether systemd is the machine's init, as sd_booted(3) asks. */
export function runsSystemd(): boolean {
  return existsSync('/run/systemd/system')
}
