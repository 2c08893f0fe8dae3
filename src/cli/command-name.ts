import { realpathSync } from 'node:fs'
import { projectRoot } from '../linux/gather-facts.ts'

/**
 * What to type for this very lab from where the user is: `lab` where `make install` has put it on the PATH, else the
 * way to the launcher; with sudo where that is how the user became root.
 */
export function commandName(): string {
  const sudo = process.env.SUDO_USER === undefined ? '' : 'sudo '
  return `${sudo}${launcherName()}`
}

function launcherName(): string {
  const launcher = `${projectRoot}/lab`
  if (INSTALLED.some(path => isSameFile(path, launcher))) return 'lab'
  return process.cwd() === projectRoot ? './lab' : launcher
}

const INSTALLED = ['/usr/local/bin/lab', '/usr/bin/lab']

function isSameFile(path: string, launcher: string): boolean {
  try {
    return realpathSync(path) === launcher
  } catch {
    // nothing is installed there
    return false
  }
}
