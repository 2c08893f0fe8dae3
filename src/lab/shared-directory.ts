import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { sharedMarkerOf } from '../plan/shared-marker.ts'
import { readJournal } from './journal.ts'
import { lockLab } from './lock.ts'
import { recordsOfOthers } from './record.ts'

/** Makes a directory that is not a lab's alone, and notes that labs made it. One that is there stays as it is. */
export async function makeShared(path: string, mode: number): Promise<void> {
  await using _lock = await lockShared()
  if (existsSync(path)) return
  writeFileSync(sharedMarkerOf(path), '')
  mkdirSync(path, { mode })
}

/** Takes it away where labs made it, nothing is in it and no other lab has it in its plan. */
export async function removeShared(path: string, lab: string): Promise<void> {
  await using _lock = await lockShared()
  const marker = sharedMarkerOf(path)
  if (!existsSync(marker)) return
  if (existsSync(path)) {
    if (readdirSync(path).length > 0 || isUsedByOthers(path, lab)) return
    rmdirSync(path)
  }
  rmSync(marker)
}

/** Labs that go at the same time must not each leave it to the other. */
function isUsedByOthers(path: string, lab: string): boolean {
  return recordsOfOthers(lab).some(
    other =>
      readJournal(other.lab).phase !== 'removing' &&
      other.plan.steps.some(step => step.kind === 'directory' && step.path === path),
  )
}

/** Held for what labs share; no lab can have this name. */
export async function lockShared(): Promise<AsyncDisposable> {
  return await lockLab({ lab: '.shared', command: 'another lab', waitMs: SHARED_WAIT_MS })
}

const SHARED_WAIT_MS = 30_000
