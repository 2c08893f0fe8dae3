import type { Pair } from './compare-with-script.ts'
import type { Growth } from './grow.ts'
import { renderTable } from './render-table.ts'
import { fitLine, spreadOf } from './statistics.ts'

export interface Figures {
  readonly machine: readonly string[]
  readonly pairs?: readonly Pair[]
  readonly growth?: readonly Growth[]
  readonly helpMs?: readonly number[]
}

/** The figures that were taken of the commands, as Markdown that also reads well on a terminal. */
export function renderFigures({ machine, pairs, growth, helpMs }: Figures): string {
  const parts = [
    machine.map(line => `- ${line}`),
    pairs && [`dhcp-mode, ${pairs.length} runs in turns:`, '', ...renderPairs(pairs)],
    growth && ['Isolated networks of five guests, each guest leased:', '', ...renderGrowth(growth)],
    helpMs && [`\`lab --help\`: ${spreadText(helpMs)} ms (${helpMs.length} runs).`],
  ]
  return parts.flatMap(part => (part === undefined ? [] : [...part, ''])).join('\n')
}

function renderPairs(pairs: readonly Pair[]): string[] {
  const first200 = pairs.flatMap(pair => pair.labFirst200 ?? [])
  const row = (title: string, values: readonly number[], digits = 0) => [
    title,
    ...(values.length === 0 ? ['?', '?', '?'] : spreadCells(values, digits)),
  ]
  return renderTable([
    ['', 'median', 'min', 'max'],
    row(
      '`lab up`, ms',
      pairs.map(pair => pair.labUp),
    ),
    row('… of that to the first 200, ms', first200),
    row(
      'script, up, ms',
      pairs.map(pair => pair.scriptUp),
    ),
    row(
      '**up, lab / script**',
      pairs.map(pair => pair.labUp / pair.scriptUp),
      2,
    ),
    row(
      '**first 200, lab / script**',
      pairs.flatMap(pair => (pair.labFirst200 === null ? [] : pair.labFirst200 / pair.scriptUp)),
      2,
    ),
    row(
      '`lab down`, ms',
      pairs.map(pair => pair.labDown),
    ),
    row(
      'script, down, ms',
      pairs.map(pair => pair.scriptDown),
    ),
    row(
      '**down, lab / script**',
      pairs.map(pair => pair.labDown / pair.scriptDown),
      2,
    ),
  ])
}

function renderGrowth(growth: readonly Growth[]): string[] {
  const rows = growth.map(({ networks, guests, upSeconds, downSeconds }) => [
    `${networks}`,
    `${guests}`,
    upSeconds.toFixed(2),
    ((1000 * upSeconds) / guests).toFixed(0),
    downSeconds.toFixed(2),
  ])
  const lines = renderTable([['networks', 'guests', 'up, s', 'ms a guest', 'down, s'], ...rows])
  return growth.length < 3
    ? lines
    : [
        ...lines,
        '',
        describeLine('up', growth.map(upPoint)),
        describeLine('down', growth.map(downPoint)),
      ]
}

const upPoint = ({ networks, upSeconds }: Growth) => [networks, upSeconds] as const
const downPoint = ({ networks, downSeconds }: Growth) => [networks, downSeconds] as const

function describeLine(what: string, points: readonly (readonly [number, number])[]): string {
  const { slope, intercept, r2 } = fitLine(points)
  return `- ${what}: ${intercept.toFixed(2)} s + ${(1000 * slope).toFixed(0)} ms a network, R² ${r2.toFixed(3)}`
}

function spreadText(values: readonly number[]): string {
  const [median, min, max] = spreadCells(values, 0)
  return `${median} (${min} to ${max})`
}

function spreadCells(values: readonly number[], digits: number): string[] {
  const { median, min, max } = spreadOf(values)
  return [median, min, max].map(value => value.toFixed(digits))
}
