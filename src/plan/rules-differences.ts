/**
 * Rules and chains that differ between two texts in iptables-save's form, a line each: `missing …` for what is
 * expected and not seen, `unexpected …` for the reverse. Counters, comments and the order of tables say nothing.
 */
export function rulesDifferences(expected: string, seen: string): string[] {
  const wanted = linesByTable(expected)
  const found = linesByTable(seen)
  return [
    ...without(wanted, found).map(line => `missing ${line}`),
    ...without(found, wanted)
      .filter(line => !isOfEmptyTable(line, wanted))
      .map(line => `unexpected ${line}`),
    ...orderDifference(wanted, found),
  ]
}

/** Rules in their order, each with its table: `nat: -A …`. */
function linesByTable(text: string): string[] {
  let table = ''
  return text.split('\n').flatMap(line => {
    if (line.startsWith('*')) table = line.slice(1)
    if (line.startsWith(':')) return [`${table}: ${line.replace(/ \[\d+:\d+\]$/, '')}`]
    return line.startsWith('-A') ? [`${table}: ${line}`] : []
  })
}

/** A table that was once used shows its built-in chains for good. */
function isOfEmptyTable(line: string, wanted: readonly string[]): boolean {
  const [table = ''] = line.split(' ')
  return /^\w+: :[A-Z]+ ACCEPT$/.test(line) && !wanted.some(other => other.startsWith(`${table} `))
}

/** Each line goes as often as it is among the others: a rule that stands twice is one too many. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return lines.filter(line => {
    const position = left.indexOf(line)
    if (position !== -1) left.splice(position, 1)
    return position === -1
  })
}

function orderDifference(wanted: readonly string[], found: readonly string[]): string[] {
  const inOrder = (lines: readonly string[]) =>
    lines.filter(line => line.includes(': -A ')).sort(byTable)
  const expected = inOrder(wanted)
  const seen = inOrder(found)
  const same =
    expected.length === seen.length && expected.every((line, index) => line === seen[index])
  const sameSet = [...expected].sort().join('\n') === [...seen].sort().join('\n')
  return sameSet && !same ? ['rules stand in another order'] : []
}

/** A stable sort by table and chain: the order of rules matters within a chain only. */
function byTable(one: string, other: string): number {
  return chainOf(one).localeCompare(chainOf(other))
}

function chainOf(line: string): string {
  return line.split(' ').slice(0, 3).join(' ')
}
