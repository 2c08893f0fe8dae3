import { setTimeout as delay } from 'node:timers/promises'
import { isAlive, type ProcessIdentity } from './process-table.ts'
import { sendSignal } from './send-signal.ts'

/**
 * Asks processes to end, waits up to the grace and kills those that are left. Gives those that had to be killed.
 * The dead are no error.
 */
export async function stopProcesses(
  processes: readonly ProcessIdentity[],
  graceMs: number,
): Promise<ProcessIdentity[]> {
  for (const process of processes) sendSignal(process, 'SIGTERM')
  await waitForEnd(processes, graceMs)
  const stubborn = processes.filter(isAlive)
  for (const process of stubborn) sendSignal(process, 'SIGKILL')
  await waitForEnd(stubborn, KILL_GRACE_MS)
  return stubborn
}

const KILL_GRACE_MS = 5_000

async function waitForEnd(processes: readonly ProcessIdentity[], limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs
  while (processes.some(isAlive) && Date.now() < deadline) await delay(POLL_MS)
}

const POLL_MS = 5
