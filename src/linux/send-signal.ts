import { isAlive, type ProcessIdentity } from './process-table.ts'

/** Sends a signal to the process that was meant, not to a later one with its pid. The dead are no error. */
export function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return
  try {
    process.kill(identity.pid, signal)
  } catch (error) {
    // it may end between the look and the signal
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
