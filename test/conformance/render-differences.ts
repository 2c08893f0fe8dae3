import type { Difference } from './difference.ts'
import type { Judged, JudgedFile, Outcome } from './run-conformance.ts'

/** Everything that differs: those that differ in the same way together, the first few of them whole. */
export function renderDifferences({ exchanges, hops, lookups }: Outcome): string[] {
  return [...exchanges, hops, lookups].flatMap(renderFile)
}

function renderFile({ name, items }: JudgedFile): string[] {
  const wrong = items.filter(({ verdict }) => verdict === 'different' || verdict === 'equal')
  const nearly = items.filter(({ verdict, more }) => verdict === 'same' && more.length > 0)
  return [...groupByWhat(wrong), ...groupByWhat(nearly)].flatMap(([what, group]) => [
    `✘ ${name}: ${group.length} of ${items.length} differ in ${what}`,
    ...group.slice(0, SHOWN).flatMap(renderItem),
    ...tellHidden(group.slice(SHOWN)),
    '',
  ])
}

const SHOWN = 3

function groupByWhat(items: readonly Judged[]): [string, Judged[]][] {
  const groups = Map.groupBy(items, ({ verdict, main, more }) =>
    verdict === 'equal'
      ? 'nothing, though they are meant to (differences.yaml)'
      : tellFirst({ main, more })
          .map(({ what }) => what)
          .join(', '),
  )
  return [...groups]
}

function renderItem({ id, via, sent, main, more }: Judged): string[] {
  return [
    `  ${id} — ${via}`,
    ...(sent === '' ? [] : [`    sent      ${showStart(sent)}`]),
    ...tellFirst({ main, more }).flatMap(renderDifference),
  ]
}

/** Where status, content type or body differ, the rest follows from that. */
function tellFirst({ main, more }: Pick<Judged, 'main' | 'more'>): readonly Difference[] {
  return main.length > 0 ? main : more
}

function showStart(sent: string): string {
  const [line = ''] = sent.split('\r\n', 1)
  const rest = sent.length - line.length
  return `${printable(line.slice(0, WIDTH))}${rest > 4 ? ` … and ${rest} bytes` : ''}`
}

/** Both sides whole where they are short, else from a little before the first byte that differs. */
function renderDifference({ what, recorded, lab }: Difference): string[] {
  const first = findFirst(recorded, lab)
  const isShort = recorded.length <= WIDTH && lab.length <= WIDTH
  const from = isShort ? 0 : Math.max(0, first - CONTEXT)
  const where = isShort ? '' : ` from byte ${first} on`
  const show = (text: string) =>
    `${from > 0 ? '…' : ''}${printable(text.slice(from, from + WIDTH))}${text.length > from + WIDTH ? '…' : ''}`
  return [
    `    ${what}${where}`,
    `      recorded  ${show(recorded)}`,
    `      lab       ${show(lab)}`,
  ]
}

function findFirst(one: string, other: string): number {
  let index = 0
  while (index < one.length && one[index] === other[index]) index += 1
  return index
}

/** One line, with nothing in it that a terminal would obey; as UTF-8 where it is that. */
function printable(bytes: string): string {
  return JSON.stringify(decode(bytes)).slice(1, -1).replaceAll('\\"', '"')
}

function decode(bytes: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'))
  } catch {
    // Other bytes, or cut within a character: then one character a byte.
    return bytes
  }
}

function tellHidden(hidden: readonly Judged[]): string[] {
  if (hidden.length === 0) return []
  const ids = hidden.slice(0, NAMED).map(({ id }) => id)
  const rest = hidden.length > NAMED ? ` and ${hidden.length - NAMED} more` : ''
  return [`  so do ${ids.join('; ')}${rest}; --json has all`]
}

const NAMED = 10
const WIDTH = 160
const CONTEXT = 40
