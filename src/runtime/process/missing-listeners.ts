import { statSync } from 'node:fs'
import { listenersSeenBy } from '../../linux/listeners.ts'
import type { Listener, ServiceStep } from '../../plan/step.ts'

/** Listeners that a running service should have and that its namespace does not show. */
export function missingListeners(service: ServiceStep, pid: number): Listener[] {
  const seen = new Set(listenersSeenBy(pid).map(describeListener))
  return service.listens.filter(
    listener => !seen.has(describeListener(listener)) || hasLostItsFile(listener),
  )
}

/** The kernel goes on showing the path of a UNIX socket that was removed, and nobody can connect any more. */
function hasLostItsFile(listener: Listener): boolean {
  if (listener.protocol !== 'unix') return false
  return statSync(listener.path, { throwIfNoEntry: false })?.isSocket() !== true
}

/** A listener in one word: `tcp 0.0.0.0:80`. */
export function describeListener(listener: Listener): string {
  if (listener.protocol === 'unix') return `unix ${listener.path}`
  const host = listener.address.includes(':') ? `[${listener.address}]` : listener.address
  return `${listener.protocol} ${host}:${listener.port}`
}
