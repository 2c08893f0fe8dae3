import { changeStates, type HostAgent } from './change-states.ts'
import { LOCK_WAIT_MS, lockLab } from './lock.ts'
import { readRecord } from './record.ts'

/**
 * What an agent does that comes back by itself after it has died: it fetches what neutron-server has for it and puts right
 * what it finds otherwise. Takes the lab's lock. Throws LabError where the lab cannot be had or put right.
 */
export async function synchronizeAgent({
  lab,
  agent,
  host,
  signal,
}: HostAgent & { readonly lab: string; readonly signal: AbortSignal }): Promise<void> {
  await using _lock = await lockLab({
    lab,
    command: `${agent} of ${lab}`,
    waitMs: LOCK_WAIT_MS,
  })
  const record = readRecord(lab)
  if (record === null) return
  const { states } = record
  await changeStates(record, { states, synchronizing: [{ agent, host, because: 'start' }], signal })
}
