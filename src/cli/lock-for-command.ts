import { type LabLock, LOCK_WAIT_MS, lockLab } from '../lab/lock.ts'
import { remark } from './print.ts'

/** Takes a lab's lock for a command, and tells the user of whom it waits for. Throws LabError. */
export async function lockForCommand(lab: string, command: string): Promise<LabLock> {
  return await lockLab({
    lab,
    command,
    waitMs: LOCK_WAIT_MS,
    onWait: holder => remark(`Waiting for ${holder} …`),
  })
}
