import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { historiesDirectoryOf } from '../../lab/paths.ts'
import { readIfThere } from '../../lab/read-if-there.ts'
import type { ServiceHistory } from '../service-history.ts'

/** By name of the service. */
export type Histories = Readonly<Record<string, ServiceHistory>>

/** What all watchers of a lab have written down; nothing where none has put anything back. */
export function readAllHistories(lab: string): Histories {
  const directory = historiesDirectoryOf(lab)
  if (!existsSync(directory)) return {}
  const watchers = readdirSync(directory).filter(name => name.endsWith(ENDING))
  return Object.assign(
    {},
    ...watchers.map(name => readHistoriesOf(lab, name.slice(0, -ENDING.length))),
  )
}

/** What one watcher has written down. */
export function readHistoriesOf(lab: string, watcher: string): Histories {
  return decodeHistories(readIfThere(pathOf(lab, watcher)) ?? '')
}

/** What a full disk or a crash has left of a file is no history: a watcher must come up all the same. */
export function decodeHistories(text: string): Histories {
  try {
    const value: unknown = JSON.parse(text)
    return isHistories(value) ? value : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function isHistories(value: unknown): value is Histories {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Replaces the whole file at once, so that readers never see half of it. */
export function writeHistories(lab: string, watcher: string, histories: Histories): void {
  const path = pathOf(lab, watcher)
  writeFileSync(`${path}.new`, JSON.stringify(histories), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

const ENDING = '.history.json'

function pathOf(lab: string, watcher: string): string {
  return `${historiesDirectoryOf(lab)}/${watcher}${ENDING}`
}
