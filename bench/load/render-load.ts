import { renderTable } from '../render-table.ts'
import { spreadOf } from '../statistics.ts'
import { chainReleases } from './load-targets.ts'
import type { LoadFigures, MeasuredLoad } from './measure-load.ts'

/** The figures of `measureLoad` as Markdown: medians, and each ratio taken round by round before its median is. */
export function renderLoad(figures: readonly LoadFigures[]): string[] {
  const rounds = figures[0]?.results[ceiling]?.length ?? 0
  return [
    `Requests per second of meta_data.json from a guest, medians of ${rounds} rounds in turns:`,
    '',
    ...renderTable([
      ['connections', '', ...columns.map(([title]) => title)],
      ...figures.map(({ shape, results }) => [
        `${shape.connections}`,
        shape.keepAlive ? 'kept' : 'new each',
        ...columns.map(([, cell]) => cell(results)),
      ]),
    ]),
    '',
    'Milliseconds from a request to its answer, p50 / p99:',
    '',
    ...renderTable([
      ['connections', '', ...targets],
      ...figures.map(({ shape, results }) => [
        `${shape.connections}`,
        shape.keepAlive ? 'kept' : 'new each',
        ...targets.map(target => latency(results[target] ?? [])),
      ]),
    ]),
    '',
    'Microseconds of a core for one request, kept connections:',
    '',
    ...renderCosts(figures),
  ]
}

type Results = LoadFigures['results']

const ceiling = 'haproxy'
const targets = [ceiling, 'trivial', ...chainReleases]

const columns: readonly (readonly [title: string, cell: (results: Results) => string])[] = [
  ['haproxy', rate(ceiling)],
  ['trivial', rate('trivial')],
  ...chainReleases.flatMap(
    release =>
      [
        [release, rate(release)],
        ['of haproxy', ratio(release, ceiling)],
        ['of trivial', ratio(release, 'trivial')],
      ] as const,
  ),
]

function rate(target: string): (results: Results) => string {
  return results => median(results[target] ?? [], one => one.requestsPerSecond).toFixed(0)
}

function ratio(target: string, other: string): (results: Results) => string {
  return results => {
    const rates = (name: string) => (results[name] ?? []).map(one => one.requestsPerSecond)
    const others = rates(other)
    const ratios = rates(target).map((value, round) => value / (others[round] ?? Number.NaN))
    return spreadOf(ratios).median.toFixed(2)
  }
}

function latency(results: readonly MeasuredLoad[]): string {
  const [p50, p99] = [median(results, one => one.p50Ms), median(results, one => one.p99Ms)]
  return `${p50.toFixed(2)} / ${p99.toFixed(1)}`
}

function renderCosts(figures: readonly LoadFigures[]): string[] {
  const services = ['haproxy', 'neutron-metadata-agent', 'nova-api-metadata']
  const rows = figures
    .filter(({ shape }) => shape.keepAlive)
    .flatMap(({ shape, results }) =>
      chainReleases.map(release => {
        const cost = (service: string) =>
          median(results[release] ?? [], one => one.costUs[service] ?? Number.NaN)
        const costs = services.map(cost)
        const all = costs.reduce((sum, value) => sum + value, 0)
        return [`${shape.connections}`, release, ...[...costs, all].map(value => value.toFixed(0))]
      }),
    )
  return renderTable([['connections', '', ...services, 'together'], ...rows])
}

function median(results: readonly MeasuredLoad[], of: (one: MeasuredLoad) => number): number {
  return spreadOf(results.map(of)).median
}
