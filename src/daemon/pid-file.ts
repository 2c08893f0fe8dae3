import { fchownSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** A pid file that is open, and still empty or another's. */
export interface PidFile {
  /** Puts this process in it: the sign that the service is ready, or that it has read its configuration again. */
  write(): void
}

/** Opens the file while root is still there to make it; the one who will write it owns it. */
export function openPidFile(path: string, uid: number, gid: number): PidFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  const file = openSync(path, 'w', 0o644)
  if (process.getuid?.() === 0) fchownSync(file, uid, gid)
  return {
    write() {
      const line = `${process.pid}\n`
      // In this order: who looks must never find it empty, and take the service for dead.
      writeSync(file, line, 0)
      ftruncateSync(file, line.length)
    },
  }
}
