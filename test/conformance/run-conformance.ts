import { readFileSync } from 'node:fs'
import type { LabRecord } from '../../src/lab/record.ts'
import { goldenCloud } from '../golden/cloud.ts'
import type { Comparison } from './compare-exchange.ts'
import {
  findMeant,
  findMeantLookup,
  judge,
  judgeLookup,
  type MeantDifference,
  readMeant,
  type Verdict,
} from './meant.ts'
import type { Recordings } from './read-recordings.ts'
import { readWholeLab } from './read-whole-lab.ts'
import { replayFiles } from './replay-files.ts'
import { replayHops } from './replay-hops.ts'
import { replayLookups } from './replay-lookups.ts'
import { Talkers } from './talkers.ts'

/** What came of a run: a part for each file, one for the requests between hops, one for the lookups. */
export interface Outcome {
  readonly lab: string
  readonly folder: string
  readonly exchanges: readonly JudgedFile[]
  readonly hops: JudgedFile
  readonly lookups: JudgedFile
  readonly meant: readonly MeantDifference[]
}

export interface JudgedFile {
  readonly name: string
  readonly seconds: number
  readonly items: readonly Judged[]
}

/** One recorded thing, compared. */
export interface Judged extends Comparison {
  readonly id: string
  readonly via: string
  readonly verdict: Verdict
  /** How what was sent begins; one character a byte. */
  readonly sent: string
  /** The line of differences.yaml that it falls under. */
  readonly meant: MeantDifference | null
}

/**
 * Asks a lab that stands for everything that was recorded. Needs root. Throws as `readWholeLab`, and the
 * signal's reason.
 */
export async function runConformance(
  lab: string,
  recordings: Recordings,
  signal: AbortSignal,
): Promise<Outcome> {
  const record = readWholeLab(lab)
  const list = readMeant()
  await using talkers = new Talkers(lab)
  const [exchanges, hops] = await Promise.all([
    askExchanges(recordings, record, talkers, list, signal),
    askHops(recordings, record, talkers),
  ])
  const lookups = askLookups(recordings, record, list)
  return { lab, folder: recordings.folder, exchanges, hops, lookups, meant: list }
}

async function askExchanges(
  { files }: Recordings,
  record: LabRecord,
  talkers: Talkers,
  list: readonly MeantDifference[],
  signal: AbortSignal,
): Promise<JudgedFile[]> {
  const replayed = await replayFiles(files, record, talkers, signal)
  return replayed.map(({ name, seconds, exchanges }) => ({
    name,
    seconds,
    items: exchanges.map(exchange => {
      const { entry, main, more, sent } = exchange
      const { id, via } = entry.recorded
      const meant = findMeant(list, exchange, goldenCloud) ?? null
      return { id, via, sent, main, more, meant, verdict: judge(exchange, meant ?? undefined) }
    }),
  }))
}

async function askHops(
  { hops }: Recordings,
  record: LabRecord,
  talkers: Talkers,
): Promise<JudgedFile> {
  const startedAt = performance.now()
  const items = (await replayHops(hops, record, talkers)).map(({ hop, main }) => ({
    id: hop.head[0] ?? '',
    via: hop.hop,
    sent: '',
    main,
    more: [],
    meant: null,
    verdict: main.length === 0 ? ('same' as const) : ('different' as const),
  }))
  return { name: 'sent to the next hop', seconds: (performance.now() - startedAt) / 1000, items }
}

function askLookups(
  { lookups }: Recordings,
  { cloud }: LabRecord,
  list: readonly MeantDifference[],
): JudgedFile {
  const path = `${cloud.neutron.state_path}/etc/neutron-metadata-agent.json`
  const replayed = replayLookups(lookups, JSON.parse(readFileSync(path, 'utf8')))
  const items = replayed.map(one => {
    const meant = findMeantLookup(list, one) ?? null
    const { name: id, filters } = one.lookup
    const verdict = judgeLookup(one, meant ?? undefined)
    const sent = JSON.stringify(filters)
    return { id, via: 'lookup', sent, main: one.main, more: [], meant, verdict }
  })
  return { name: 'lookups of ports', seconds: 0, items }
}
