import { comparedByForm } from '../golden/by-form.ts'
import { renderDifferences } from './render-differences.ts'
import type { Judged, JudgedFile, Outcome } from './run-conformance.ts'

/** What of the exchanges is as recorded, and the line that says it. */
export function renderOutcome(outcome: Outcome): string {
  const { exchanges, hops, lookups } = outcome
  const all = exchanges.flatMap(({ items }) => items)
  const lines = [
    ...renderTable([...exchanges, ...[hops, lookups].filter(({ items }) => items.length > 0)]),
    '',
    ...renderMeant(outcome),
    `Compared by form: ${comparedByForm.map(({ what }) => what).join(', ')} (test/golden/by-form.ts)`,
    '',
    ...renderDifferences(outcome),
    ...renderMore(all),
    `${countOf(all, 'same')} of ${all.length} exchanges are the same${tellRest(all)}`,
  ]
  return `${lines.join('\n')}\n`
}

/** Whether all is as recorded, but what is meant not to be. */
export function isConformant({ exchanges, hops, lookups }: Outcome): boolean {
  return [...exchanges, hops, lookups].every(({ items }) => items.every(isAsRecorded))
}

export function isAsRecorded({ verdict, more }: Judged): boolean {
  return verdict === 'meant' || isEntirelySame({ verdict, more })
}

/** Not only in status, content type and body. */
function isEntirelySame({ verdict, more }: Pick<Judged, 'verdict' | 'more'>): boolean {
  return verdict === 'same' && more.length === 0
}

function renderTable(files: readonly JudgedFile[]): string[] {
  const width = Math.max(...files.map(({ name }) => name.length))
  const row = (name: string, ...cells: string[]) =>
    `${name.padEnd(width)}${cells.map(cell => cell.padStart(10)).join('')}`
  return [
    row('', 'same', 'of', 'entirely', 'meant', 'time'),
    ...files.map(({ name, items, seconds }) =>
      row(
        name,
        `${countOf(items, 'same')}`,
        `${items.length}`,
        `${items.filter(isEntirelySame).length}`,
        blankIfNone(countOf(items, 'meant')),
        `${seconds.toFixed(1)} s`,
      ),
    ),
  ]
}

function blankIfNone(count: number): string {
  return count === 0 ? '' : String(count)
}

/** What is meant to differ, with how often it did; what these recordings have nothing of is left out. */
function renderMeant({ exchanges, lookups, meant }: Outcome): string[] {
  const items = [...exchanges, lookups].flatMap(file => file.items)
  return meant.flatMap(line => {
    const found = items.filter(item => item.meant === line)
    if (found.length === 0) return []
    const ids = found.map(({ id }) => id).join('; ')
    return [`Meant to differ: ${ids}`, `  recorded  ${line.recorded}`, `  why       ${line.reason}`]
  })
}

function renderMore(all: readonly Judged[]): string[] {
  const what = 'reason phrase, HTTP version, headers in their order and end of the connection'
  return [`${all.filter(isEntirelySame).length} of ${all.length} entirely: in ${what}, too`]
}

function tellRest(all: readonly Judged[]): string {
  const meant = countOf(all, 'meant')
  return meant === 0 ? '' : `; ${meant} differ as they are meant to`
}

function countOf(items: readonly Judged[], verdict: Judged['verdict']): number {
  return items.filter(item => item.verdict === verdict).length
}
