import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Exchange,
  isExchange,
  isTurns,
  readLines,
  restoreExchange,
  type Turns,
} from '../golden/exchange.ts'

/** A folder of recordings, by what their lines are; nothing depends on how a file is called. */
export interface Recordings {
  readonly folder: string
  readonly files: readonly RecordedFile[]
  /** What each hop sends to the next. */
  readonly hops: readonly RecordedHop[]
  /** How the agent asks for ports, and the answers. */
  readonly lookups: readonly RecordedLookup[]
}

/** Exchanges in their order. */
export interface RecordedFile {
  readonly name: string
  readonly entries: readonly Entry[]
}

/** An exchange, or several on one connection; the problem is why it cannot be asked again. */
export interface Entry {
  readonly recorded: Exchange | Turns
  readonly problem: string | null
}

export interface RecordedHop {
  readonly hop: string
  /** Request line and headers. */
  readonly head: readonly string[]
  readonly body: string
}

export interface RecordedLookup {
  readonly name: string
  readonly filters: {
    readonly fixed_ips?: { readonly ip_address: readonly string[] }
    readonly mac_address?: readonly string[]
    readonly network_id?: readonly string[]
    readonly device_id?: readonly string[]
    readonly device_owner?: readonly string[]
  }
  readonly ports: readonly RecordedPort[]
}

export interface RecordedPort {
  readonly network_id: string
  readonly tenant_id: string
  readonly mac_address: string
  readonly device_id: string
  readonly device_owner: string
  readonly fixed_ips: readonly { readonly ip_address: string }[]
}

/** Reads every `*.jsonl` of a folder. Throws an error that names the line which is none of the four forms. */
export function readRecordings(folder: string): Recordings {
  const names = existsSync(folder)
    ? readdirSync(folder).filter(name => name.endsWith('.jsonl'))
    : []
  if (names.length === 0) throw new Error(`There are no recordings (*.jsonl) in ${folder}`)
  const lines = names.toSorted().map(name => ({ name, lines: readFile(join(folder, name)) }))
  const all = lines.flatMap(file => file.lines)
  const files = lines
    .map(file => ({
      name: file.name.replace(/\.jsonl$/, ''),
      entries: file.lines.flatMap(toEntry),
    }))
    .filter(({ entries }) => entries.length > 0)
  return { folder, files, hops: all.filter(isHop), lookups: all.filter(isLookup) }
}

function readFile(path: string): object[] {
  const lines = readLines(readFileSync(path, 'utf8'))
  const known = [isExchange, isTurns, isHop, isLookup]
  const stranger = lines.findIndex(line => !known.some(isKnown => isKnown(line)))
  if (stranger < 0) return lines
  throw new Error(`${path}: line ${stranger + 1} is no exchange, no sent request and no lookup`)
}

function toEntry(line: object): Entry[] {
  if (isTurns(line)) return [{ recorded: line, problem: null }]
  if (!isExchange(line)) return []
  try {
    return [{ recorded: restoreExchange(line), problem: null }]
  } catch (error) {
    return [{ recorded: line, problem: error instanceof Error ? error.message : String(error) }]
  }
}

function isHop(line: object): line is RecordedHop {
  return 'hop' in line && 'head' in line
}

function isLookup(line: object): line is RecordedLookup {
  return 'filters' in line && 'ports' in line
}
