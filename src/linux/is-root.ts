import process from 'node:process'

export function isRoot(): boolean {
  return process.geteuid?.() === 0
}

/** `sudo ` where the user has to type it to be root: not where he is root himself, and may have no sudo. */
export function sudoPrefix(): string {
  return isRoot() && process.env.SUDO_USER === undefined ? '' : 'sudo '
}
