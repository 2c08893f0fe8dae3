import { realpathSync } from 'node:fs'
import { projectRoot } from '../linux/gather-facts.ts'
import { sudoPrefix } from '../linux/is-root.ts'
import { quoteCommand } from '../plan/shell-quote.ts'

/**
 * What to type for this very lab from where the user is: `lab` where `make install` has put it on the PATH, else the
 * way to the launcher; with sudo where that is how the user becomes root.
 */
export function commandName(): string {
  return `${sudoPrefix()}${launcherName()}`
}

/** A command line of lab, to be pasted: `sudo lab down 'my lab'`. */
export function commandLine(...words: readonly string[]): string {
  return `${commandName()} ${quoteCommand(words)}`
}

/** Words of the library, which calls every command `lab …`, with what to type for it here. */
export function asTyped(text: string): string {
  return text.replaceAll('`lab ', `\`${commandName()} `)
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
