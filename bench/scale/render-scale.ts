import { renderTable } from '../render-table.ts'
import { spreadOf } from '../statistics.ts'
import type { Scale } from './measure-scale.ts'

/** A large lab beside a small one: what they take, and what a live change of each takes and touches. */
export function renderScale(small: Scale, large: Scale): string[] {
  return [
    ...renderTable([
      [
        '',
        ...[small, large].map(
          ({ size }) =>
            `${size.hosts} host${size.hosts === 1 ? '' : 's'}, ${size.networks} networks, ${size.guests} guests`,
        ),
      ],
      ['processes', ...[small, large].map(({ processes }) => `${processes}`)],
      ['namespaces', ...[small, large].map(({ namespaces }) => `${namespaces}`)],
      ['up, s', ...[small, large].map(({ upSeconds }) => upSeconds.toFixed(2))],
      ['down, s', ...[small, large].map(({ downSeconds }) => downSeconds.toFixed(2))],
    ]),
    '',
    ...renderTable([
      ['live change, median of rounds', 'small, ms', 'large, ms', 'large / small', 'disturbed'],
      ...large.changes.map(({ words, milliseconds, disturbed }, index) => {
        const largeMs = spreadOf(milliseconds).median
        const smallMs = spreadOf(small.changes[index]?.milliseconds ?? []).median
        return [
          `\`lab ${words}\``,
          smallMs.toFixed(0),
          largeMs.toFixed(0),
          (largeMs / smallMs).toFixed(2),
          disturbed.length === 0 ? 'nothing' : [...new Set(disturbed)].join(', '),
        ]
      }),
    ]),
  ]
}
