import { renameSync, writeFileSync } from 'node:fs'
import { supervisorStatePathOf } from '../../lab/paths.ts'
import { readIfThere } from '../../lab/read-if-there.ts'
import type { ServiceHistory } from '../service-history.ts'

export interface SupervisorState {
  readonly services: Readonly<Record<string, ServiceHistory>>
}

/** What the supervisor of a lab has written down; nothing where none has run. */
export function readSupervisorState(lab: string): SupervisorState {
  const text = readIfThere(supervisorStatePathOf(lab))
  return text === null ? { services: {} } : JSON.parse(text)
}

/** Replaces the whole file at once, so that readers never see half of it. */
export function writeSupervisorState(lab: string, state: SupervisorState): void {
  const path = supervisorStatePathOf(lab)
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
