import { readFileSync } from 'node:fs'
import test from 'ava'
import * as v from 'valibot'
import {
  type Cell,
  dictOfListsCell,
  dictsCell,
  drawJson,
  drawTable,
  listCell,
  textCell,
} from '../../src/cli/client-table.ts'

const recording = v.object({
  columns: v.array(v.string()),
  items: v.array(v.record(v.string(), v.unknown())),
  table: v.string(),
  json: v.string(),
})

/** What openstackclient's formatters printed of these items, and the items. */
const recorded = v.parse(
  v.objectWithRest({ by: v.string() }, recording),
  JSON.parse(
    readFileSync(
      new URL('../fixtures/openstackclient-recorded/lists.json', import.meta.url),
      'utf8',
    ),
  ),
)

const strings = v.array(v.string())
const cellMakers: readonly ((value: unknown) => Cell | null)[] = [
  value => (typeof value === 'string' ? textCell(value) : null),
  value => (typeof value === 'boolean' ? { text: value ? 'UP' : 'DOWN', value } : null),
]

/** The formatter that openstackclient has for the column. */
function cellOf(column: string, value: unknown): Cell {
  if (column === 'Fixed IP Addresses')
    return dictsCell(v.parse(v.array(v.record(v.string(), v.string())), value))
  if (column === 'Networks') return dictOfListsCell(v.parse(v.record(v.string(), strings), value))
  const cell = cellMakers.map(make => make(value)).find(made => made !== null)
  return cell ?? listCell(v.parse(strings, value))
}

const drawsAs = test.macro({
  title: (_, name: string) => `${name} are drawn as openstackclient draws them, byte for byte`,
  exec(t, name: string) {
    const { columns, items, table, json } = v.parse(recording, recorded[name])
    const rows = items.map(item => {
      const values = Object.values(item)
      return Object.fromEntries(columns.map((column, at) => [column, cellOf(column, values[at])]))
    })
    t.is(drawTable(columns, rows), table)
    t.is(drawJson(columns, rows), json)
  },
})

for (const name of Object.keys(recorded).filter(key => key !== 'by')) test(drawsAs, name)
