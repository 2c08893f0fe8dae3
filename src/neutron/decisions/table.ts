import { newestRelease, type ReleaseName, releaseNames } from '../../topology/release-names.ts'
import { type NeutronRelease, neutronRelease } from '../release.ts'

/** A decision of Neutron's agents: of its rows the first that holds decides. */
export interface DecisionTable<Facts, Outcome> {
  readonly title: string
  /** What is decided, of what, and by whom: a sentence or two for an operator. */
  readonly about: string
  readonly rows: readonly DecisionRow<Facts, Outcome>[]
}

export interface DecisionRow<Facts, Outcome> {
  /** The condition in words, as it goes on after "Where". */
  readonly condition: string
  /** The releases that have the row; all where left out. */
  readonly of?: (release: NeutronRelease) => boolean
  /** The condition; a row without one always holds. */
  readonly when?: (facts: Facts) => boolean
  readonly outcome: (facts: Facts) => Outcome
  /** The outcome in words. */
  readonly result: string
  /** Half a sentence, as `lab up` tells it of a guest that gets no metadata. */
  readonly why: string
  /** What follows for a guest. */
  readonly guest: string
  /** Function and file of Neutron. */
  readonly source: string
}

/** What every row of every table may ask. */
export interface ReleaseFacts {
  readonly release: NeutronRelease
}

export interface Decided<Facts, Outcome> {
  readonly row: DecisionRow<Facts, Outcome>
  readonly outcome: Outcome
}

/** The row that holds, and what it decides. Throws where none does, which its table's last row precludes. */
export function decide<Facts extends ReleaseFacts, Outcome>(
  table: DecisionTable<Facts, Outcome>,
  facts: Facts,
): Decided<Facts, Outcome> {
  const row = table.rows.find(({ of = always, when = always }) => of(facts.release) && when(facts))
  if (row === undefined) throw new Error(`No row of "${table.title}" holds`)
  return { row, outcome: row.outcome(facts) }
}

function always(): boolean {
  return true
}

/**
 * The releases in which each row may hold, in the order of the rows: `all`, `until ussuri`, `since victoria`, `icehouse to
 * liberty`, or several of these. Below a row without a condition none has another.
 */
export function releasesOfRows<Facts, Outcome>({
  rows,
}: DecisionTable<Facts, Outcome>): readonly string[] {
  return rows.map((row, position) => {
    const above = rows.slice(0, position).filter(({ when }) => when === undefined)
    return describeReleases(name => isOf(row, name) && !above.some(earlier => isOf(earlier, name)))
  })
}

function isOf({ of = always }: Pick<DecisionRow<never, unknown>, 'of'>, name: ReleaseName) {
  return of(neutronRelease(name))
}

/** Releases in words, by the spans in which something is true. */
export function describeReleases(isTrue: (name: ReleaseName) => boolean): string {
  const truths = releaseNames.map(isTrue)
  const starts = releaseNames.filter((_, at) => truths[at] && !truths[at - 1])
  const ends = releaseNames.filter((_, at) => truths[at] && !truths[at + 1])
  return starts.map((first, at) => describeSpan(first, ends[at] ?? first)).join(', ')
}

function describeSpan(first: ReleaseName, last: ReleaseName): string {
  const isOldest = first === releaseNames[0]
  const isNewest = last === newestRelease
  if (isOldest && isNewest) return 'all'
  if (first === last) return first
  if (isOldest) return `until ${last}`
  return isNewest ? `since ${first}` : `${first} to ${last}`
}
