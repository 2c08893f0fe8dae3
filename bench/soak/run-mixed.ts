import { runWrkScript, type WrkOptions } from '../run-wrk-script.ts'

export type Slice = Omit<WrkOptions, 'url'>

/** Sends requests of many kinds from within a namespace; gives how many. Throws where one answer of all was wrong. */
export async function runMixed(slice: Slice, signal: AbortSignal): Promise<number> {
  const { report } = await runWrkScript<Report>(script, { ...slice, url }, signal)
  const problems = [
    ...(report.faults > 0 ? [`${report.faults} connections failed`] : []),
    ...findWrongStatuses(report, slice.connections),
  ]
  if (problems.length > 0) throw new Error(`Of ${report.requests} requests: ${problems.join('; ')}`)
  return report.requests
}

interface Report {
  readonly requests: number
  readonly faults: number
  readonly statuses: Readonly<Record<string, number>>
}

/** The kinds come in turns, so that each status has its share, but for the requests under way at the end. */
function findWrongStatuses({ statuses }: Report, connections: number): string[] {
  const all = Object.values(statuses).reduce((sum, count) => sum + count, 0)
  const names = new Set([...Object.keys(statuses), ...Object.keys(sharesOfKinds)])
  return [...names].flatMap(status => {
    const count = statuses[status] ?? 0
    const expected = all * (sharesOfKinds[status] ?? 0)
    const isRight = status in sharesOfKinds && Math.abs(count - expected) <= connections + 16
    return isRight ? [] : [`${count} of status ${status}, not ${expected.toFixed(0)}`]
  })
}

/** Of the sixteen kinds in mixed.lua. */
const sharesOfKinds: Readonly<Record<string, number>> = { 200: 14 / 16, 400: 1 / 16, 404: 1 / 16 }

const script = `${import.meta.dirname}/mixed.lua`
const url = 'http://169.254.169.254/'
