/**
 * Becomes an unprivileged user for good: no supplementary groups, and no way back, which is tried. Does nothing
 * when not root. Throws when the ids are root's own or root can be had again.
 */
export function dropRoot(uid: number, gid: number): void {
  if (process.getuid?.() !== 0) return
  if (uid === 0 || gid === 0) throw new Error('the service needs no root, yet its uid or gid is 0')
  process.setgroups?.([])
  process.setgid?.(gid)
  process.setuid?.(uid)
  if (canBecomeRoot()) throw new Error(`root could be had again after becoming uid ${uid}`)
}

function canBecomeRoot(): boolean {
  try {
    process.setuid?.(0)
    return true
  } catch {
    return process.getuid?.() === 0 || process.geteuid?.() === 0
  }
}
