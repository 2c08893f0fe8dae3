import { renameSync, statSync } from 'node:fs'

/**
 * Before a log is opened: one that has ten MiB becomes `<path>.1`, in place of what was there. The agent and the API
 * keep within as much by themselves while they run; what others say, they say when they are started, or the supervisor
 * for them.
 */
export function rotateLog(path: string, limitBytes = 10 * 1024 * 1024): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size >= limitBytes) renameSync(path, `${path}.1`)
}
