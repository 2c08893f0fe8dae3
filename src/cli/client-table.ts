/** A cell of a list as openstackclient has it: how it is drawn, and what it is in JSON. */
export interface Cell {
  /** Of several lines where it has line feeds. */
  readonly text: string
  readonly value: unknown
}

/** The cells of a row by column. */
export type Row = Readonly<Record<string, Cell>>

/**
 * A table as cliff prints it on what is no terminal: cliff/formatters/table.py, by prettytable with its default style, all
 * columns to the left and one blank around; nothing but a line feed where there are no rows.
 */
export function drawTable(columns: readonly string[], rows: readonly Row[]): string {
  if (rows.length === 0) return '\n'
  const cells = rows.map(row => columns.map(column => (row[column]?.text ?? '').split('\n')))
  const widths = columns.map((column, at) =>
    Math.max(...[[column], ...cells.map(row => row[at] ?? [])].flat().map(widthOf)),
  )
  const rule = `+${widths.map(width => '-'.repeat(width + 2)).join('+')}+`
  const line = (words: readonly string[]) =>
    `|${widths.map((width, at) => ` ${pad(words[at] ?? '', width)} `).join('|')}|`
  const body = cells.flatMap(row => {
    const height = Math.max(...row.map(lines => lines.length))
    return Array.from({ length: height }, (_, at) => line(row.map(lines => lines[at] ?? '')))
  })
  return `${[rule, line(columns), rule, ...body, rule].join('\n')}\n`
}

/** The same as cliff/formatters/json_format.py prints it, with `-f json`; Python writes beyond ASCII as escapes. */
export function drawJson(columns: readonly string[], rows: readonly Row[]): string {
  const items = rows.map(row =>
    Object.fromEntries(columns.map(column => [column, row[column]?.value])),
  )
  const text = JSON.stringify(items, null, 2)
  return `${text.replace(/[\u007f-\uffff]/g, asEscape)}\n`
}

function asEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Names of a lab are ASCII but for display names. */
function widthOf(text: string): number {
  return Array.from(text).length
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(width - widthOf(text))
}

/** Plain text. */
export function textCell(text: string): Cell {
  return { text, value: text }
}

/** `ListColumn` of osc_lib/cli/format_columns.py. */
export function listCell(values: readonly string[]): Cell {
  return { text: values.toSorted().join(', '), value: values }
}

/** `ListDictColumn` of the same: a line for each, keys in order. */
export function dictsCell(values: readonly Readonly<Record<string, string>>[]): Cell {
  return { text: values.map(describeDict).join('\n'), value: values }
}

/** `DictListColumn`: `private=192.168.30.9, fd00::9; public=…`. */
export function dictOfListsCell(value: Readonly<Record<string, readonly string[]>>): Cell {
  const text = Object.keys(value)
    .toSorted()
    .map(key => `${key}=${(value[key] ?? []).toSorted().join(', ')}`)
    .join('; ')
  return { text, value }
}

function describeDict(value: Readonly<Record<string, string>>): string {
  return Object.keys(value)
    .toSorted()
    .map(key => `${key}='${value[key]}'`)
    .join(', ')
}
