import { changeStates, type HostAgent } from './change-states.ts'
import { readJournal } from './journal.ts'
import { LabError } from './lab-error.ts'
import { LOCK_WAIT_MS, lockLab } from './lock.ts'
import { readRecord } from './record.ts'

interface SynchronizingAgent extends HostAgent {
  readonly lab: string
  /** Of its service. */
  readonly name: string
  readonly signal: AbortSignal
}

/**
 * What an agent does that comes back by itself after it has died: it fetches what neutron-server has for it and puts right
 * what it finds otherwise. Takes the lab's lock. A lab that a command has left half-built or half-removed is for its user to
 * go on with; only what a synchronization of its own has left it ends. Throws LabError where the lab cannot be had, does not
 * stand or cannot be put right, and the signal's reason.
 */
export async function synchronizeAgent({
  lab,
  name,
  agent,
  host,
  signal,
}: SynchronizingAgent): Promise<void> {
  await using _lock = await lockLab({
    lab,
    command: `${name} of ${lab}`,
    waitMs: LOCK_WAIT_MS,
    signal,
  })
  const record = readRecord(lab)
  if (record === null) return
  const { phase, openedBy } = readJournal(lab)
  if (phase !== 'stands' && openedBy !== name) throw new LabError(`Lab ${lab} does not stand`)
  await changeStates(record, {
    states: record.states,
    synchronizing: [{ agent, host, because: 'start' }],
    by: name,
    signal,
  })
}
