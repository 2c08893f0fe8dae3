import { setTimeout as delay } from 'node:timers/promises'
import type { LabRecord } from '../../src/lab/record.ts'
import { type Exchange, isTurns } from '../golden/exchange.ts'
import { type Comparison, compareExchange, compareTurns } from './compare-exchange.ts'
import { findWay } from './find-way.ts'
import { orderFiles } from './order-files.ts'
import type { Entry, RecordedFile } from './read-recordings.ts'
import type { Talkers } from './talkers.ts'
import { limitOf, writeExchange, writeTurns } from './write-dialogue.ts'

/** An exchange, asked again. */
export interface Replayed extends Comparison {
  readonly entry: Entry
  /** How what was sent begins. */
  readonly sent: string
}

export interface ReplayedFile {
  readonly name: string
  readonly exchanges: readonly Replayed[]
  readonly seconds: number
}

/**
 * Asks every recorded exchange again: those of a file one after the other, the files side by side, but those that post
 * passwords when nobody else asks for the same instances. Throws the signal's reason.
 */
export async function replayFiles(
  files: readonly RecordedFile[],
  record: LabRecord,
  talkers: Talkers,
  signal: AbortSignal,
): Promise<ReplayedFile[]> {
  const coldMs = (record.cloud.nova.api.metadata_cache_expiration + 1) * 1000
  const running = new Map<string, Promise<ReplayedFile>>()
  for (const { file, after } of orderFiles(files, record.cloud)) {
    const before = after.flatMap(({ name }) => running.get(name) ?? [])
    const start = async () => {
      await Promise.all(before)
      // What nova-api-metadata still holds of an instance would not be what it held when this was recorded.
      if (before.length > 0) await delay(coldMs, undefined, { signal })
      return await replayFile(file, record, talkers, signal)
    }
    running.set(file.name, start())
  }
  return await Promise.all(files.flatMap(({ name }) => running.get(name) ?? []))
}

async function replayFile(
  { name, entries }: RecordedFile,
  record: LabRecord,
  talkers: Talkers,
  signal: AbortSignal,
): Promise<ReplayedFile> {
  const startedAt = performance.now()
  const asked: Promise<Replayed>[] = []
  for (const entry of entries) {
    await delay(pauseBefore(entry), undefined, { signal })
    const { answered, replayed } = ask(entry, record, talkers)
    asked.push(replayed)
    // What takes long takes it beside the others.
    if (!isSlow(entry)) await answered
  }
  const exchanges = await Promise.all(asked)
  return { name, exchanges, seconds: (performance.now() - startedAt) / 1000 }
}

/** `after the chunked POST and 16 s` was asked 16 s after the one before. */
function pauseBefore({ recorded }: Entry): number {
  if ('seconds' in recorded) return 0
  return Number(/\b(?:and|after|another) (\d+) s\b/.exec(recorded.id)?.[1] ?? 0) * 1000
}

function isSlow({ recorded }: Entry): boolean {
  return 'seconds' in recorded && (recorded.seconds ?? 0) > SLOW_SECONDS
}

const SLOW_SECONDS = 3

function ask(
  entry: Entry,
  record: LabRecord,
  talkers: Talkers,
): { readonly answered: Promise<void>; readonly replayed: Promise<Replayed> } {
  const { recorded, problem } = entry
  const way = problem ?? findWay(record, recorded.via, talkers)
  if (typeof way === 'string') return fail(entry, way)
  const turns = isTurns(recorded) ? writeTurns(recorded) : writeExchange(recorded)
  const seconds = isTurns(recorded) ? undefined : recorded.seconds
  const { answered, heard } = way.talker.converse({ to: way.to, turns, ...limitOf(seconds) })
  const sent = turns[0]?.bytes.toString('latin1', 0, SHOWN_BYTES) ?? ''
  const replayed = heard.then(said => ({
    entry,
    sent,
    ...(isTurns(recorded)
      ? compareTurns(recorded, turns, said)
      : compareExchange(recorded, turns, said)),
  }))
  return { answered, replayed }
}

/** As much of what was sent as a reader wants to see. */
const SHOWN_BYTES = 2_000

function fail(entry: Entry, reason: string) {
  const main = [
    { what: 'status', recorded: tellStatus(entry.recorded), lab: `not asked: ${reason}` },
  ]
  return {
    answered: Promise.resolve(),
    replayed: Promise.resolve({ entry, sent: '', main, more: [] }),
  }
}

function tellStatus(recorded: Entry['recorded']): string {
  const { status }: Pick<Exchange, 'status'> = isTurns(recorded) ? { status: null } : recorded
  return `${status ?? 'none'}`
}
