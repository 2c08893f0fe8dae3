import { releaseNames } from '../../topology/release-names.ts'
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

/** The releases that have a row: `all`, `until ussuri`, `since victoria`, `icehouse to liberty`. */
export function releasesOf({ of = always }: Pick<DecisionRow<never, unknown>, 'of'>): string {
  const having = releaseNames.filter(name => of(neutronRelease(name)))
  const [first] = having
  const last = having.at(-1)
  const isOldest = first === releaseNames[0]
  const isNewest = last === releaseNames.at(-1)
  if (first === undefined || last === undefined) return 'none'
  if (isOldest && isNewest) return 'all'
  if (first === last) return first
  if (isOldest) return `until ${last}`
  return isNewest ? `since ${first}` : `${first} to ${last}`
}
