import { renderTable } from '../render-table.ts'
import { spreadOf } from '../statistics.ts'
import type { Round, RuntimeComparison } from './compare-runtimes.ts'
import type { ImageTimes } from './measure-image.ts'

/** What was measured of containers, as lines of Markdown. */
export function renderContainers(
  comparisons: readonly RuntimeComparison[],
  images: Readonly<Record<string, readonly ImageTimes[]>>,
): string[] {
  return [...comparisons.flatMap(renderComparison), ...renderImages(images)]
}

function renderComparison({ topology, containers, rounds }: RuntimeComparison): string[] {
  const kinds = Object.keys(rounds[0]?.engines ?? {})
  const of = (read: (round: Round) => number | undefined) =>
    rounds.flatMap(round => read(round) ?? [])
  const row = (title: string, read: (round: Round) => number | undefined, digits = 0) => {
    const { median, min, max } = spreadOf(of(read))
    return [title, ...[median, min, max].map(value => value.toFixed(digits))]
  }
  const table = renderTable([
    ['', 'median', 'min', 'max'],
    row('processes: up, ms', ({ process }) => process.up),
    row('processes: down, ms', ({ process }) => process.down),
    ...kinds.flatMap(kind => [
      row(`${kind}: up, ms`, ({ engines }) => engines[kind]?.up),
      row(`${kind}: bare, all at once, ms`, ({ engines }) => engines[kind]?.bare.atOnce),
      row(`${kind}: bare, one by one, ms`, ({ engines }) => engines[kind]?.bare.oneByOne),
      row(`**${kind}: up / bare at once**`, round => ratio(round, kind, 'atOnce'), 2),
      row(`**${kind}: up / bare one by one**`, round => ratio(round, kind, 'oneByOne'), 2),
      row(`${kind}: down, ms`, ({ engines }) => engines[kind]?.down),
    ]),
  ])
  return [`${topology}, ${containers} containers, ${rounds.length} rounds:`, '', ...table, '']
}

function ratio({ engines }: Round, kind: string, way: 'atOnce' | 'oneByOne'): number | undefined {
  const engine = engines[kind]
  return engine && engine.up / engine.bare[way]
}

function renderImages(images: Readonly<Record<string, readonly ImageTimes[]>>): string[] {
  const kinds = Object.entries(images)
  const cell = (times: readonly ImageTimes[], read: (times: ImageTimes) => number) =>
    spreadOf(times.map(read)).median.toFixed(0)
  const row = (title: string, read: (times: ImageTimes) => number) => [
    title,
    ...kinds.map(([, times]) => cell(times, read)),
  ]
  const runs = kinds[0]?.[1].length ?? 0
  return [
    `The image, medians of ${runs} runs:`,
    '',
    ...renderTable([
      ['', ...kinds.map(([kind]) => kind)],
      row('describe it, with nothing remembered, ms', ({ describe }) => describe),
      row('describe it again, ms', ({ describeAgain }) => describeAgain),
      row('build it, to nowhere, ms', ({ build }) => build),
      row('its size, MiB', ({ sizeBytes }) => sizeBytes / 2 ** 20),
      row('`lab up dhcp-mode` that makes it, ms', ({ firstUp }) => firstUp),
    ]),
  ]
}
