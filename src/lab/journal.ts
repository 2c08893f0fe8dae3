import { readBootId } from '../linux/read-boot-id.ts'
import { stepIds } from '../plan/names.ts'
import { LineFile } from './line-file.ts'
import { journalPathOf } from './paths.ts'
import { readIfThere } from './read-if-there.ts'

export type JournalEntry =
  | {
      readonly event: 'open'
      readonly bootId: string
      readonly at: string
      /** The agent that synchronizes; absent where a command changes the lab. */
      readonly by?: string
    }
  | { readonly event: 'begin'; readonly steps: readonly string[] }
  | {
      readonly event: 'done'
      readonly steps: readonly string[]
      /** Identities of the namespaces that were made, by name (see `namespaceIdentityOf`). */
      readonly namespaces?: Readonly<Record<string, string>>
    }
  | { readonly event: 'removed'; readonly steps: readonly string[] }
  | { readonly event: 'stands'; readonly at: string }
  | { readonly event: 'removing'; readonly at: string }

/** An open journal, a line for each entry. */
export class Journal implements Disposable {
  readonly #lines: LineFile

  constructor(lab: string) {
    this.#lines = new LineFile(journalPathOf(lab))
  }

  write(entry: JournalEntry): void {
    this.#lines.append(JSON.stringify(entry))
  }

  [Symbol.dispose](): void {
    this.#lines[Symbol.dispose]()
  }
}

/** What a journal says when read to its end. */
export interface JournalSummary {
  readonly phase: 'building' | 'stands' | 'removing'
  readonly bootId: string | null
  /** The agent whose synchronization it is that has not come to its end; null for a command's. */
  readonly openedBy: string | null
  /** When the lab was first opened and when it last came to stand, in ISO 8601. */
  readonly openedAt: string | null
  readonly stoodAt: string | null
  readonly begun: ReadonlySet<string>
  readonly done: ReadonlySet<string>
  readonly namespaces: ReadonlyMap<string, string>
}

/** Reads a lab's journal; without one, a lab of which nothing has begun. A torn last line is passed over. */
export function readJournal(lab: string): JournalSummary {
  const text = readIfThere(journalPathOf(lab)) ?? ''
  return summarizeJournal(text.split('\n').flatMap(parseLine))
}

function parseLine(line: string): JournalEntry[] {
  try {
    return line === '' ? [] : [JSON.parse(line)]
  } catch {
    // the machine stopped while it was written
    return []
  }
}

/** Pure: what the entries add up to. */
export function summarizeJournal(entries: readonly JournalEntry[]): JournalSummary {
  const summary = {
    phase: 'building' as JournalSummary['phase'],
    bootId: null as string | null,
    openedBy: null as string | null,
    openedAt: null as string | null,
    stoodAt: null as string | null,
    begun: new Set<string>(),
    done: new Set<string>(),
    namespaces: new Map<string, string>(),
  }
  for (const entry of entries) {
    switch (entry.event) {
      case 'open':
        summary.bootId = entry.bootId
        summary.openedAt ??= entry.at
        summary.phase = 'building'
        summary.openedBy = entry.by ?? null
        break
      case 'begin':
        for (const step of entry.steps) forget(summary, step)
        for (const step of entry.steps) summary.begun.add(step)
        break
      case 'done':
        for (const step of entry.steps) summary.done.add(step)
        for (const [name, identity] of Object.entries(entry.namespaces ?? {}))
          summary.namespaces.set(name, identity)
        break
      case 'removed':
        for (const step of entry.steps) forget(summary, step)
        break
      case 'stands':
        summary.phase = 'stands'
        summary.openedBy = null
        summary.stoodAt = entry.at
        break
      case 'removing':
        summary.phase = 'removing'
        summary.openedBy = null
        break
    }
  }
  return summary
}

/** What is made anew is not what was made before. */
function forget(
  summary: { begun: Set<string>; done: Set<string>; namespaces: Map<string, string> },
  step: string,
): void {
  summary.begun.delete(step)
  summary.done.delete(step)
  if (step.startsWith(NAMESPACE_STEP)) summary.namespaces.delete(step.slice(NAMESPACE_STEP.length))
}

const NAMESPACE_STEP = stepIds.namespace('')

/** Namespaces and processes do not outlive a boot, so what an older journal says of them is void. */
export function asOfThisBoot(journal: JournalSummary): JournalSummary {
  if (journal.bootId === readBootId()) return journal
  return { ...journal, begun: new Set(), done: new Set(), namespaces: new Map() }
}
