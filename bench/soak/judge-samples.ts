import { fitLine } from '../statistics.ts'
import { type Sample, watchedServices } from './take-sample.ts'

/** What became of one service between the end of the warm-up and the end. */
export interface Verdict {
  readonly service: string
  readonly firstBytes: number
  readonly lastBytes: number
  /** By the line through all samples, so that one that falls on a collection of garbage decides nothing. */
  readonly grownBytes: number
  readonly firstOpenFiles: number
  readonly lastOpenFiles: number
  /** Empty where nothing is wrong. */
  readonly problems: readonly string[]
}

/** Judges the samples behind the warm-up, at least two. */
export function judgeSamples(samples: readonly Sample[]): Verdict[] {
  return watchedServices.map(service => judge(service, samples))
}

function judge(service: string, samples: readonly Sample[]): Verdict {
  const points = samples.flatMap(({ requests, services }) => {
    const sample = services[service]
    return sample === undefined ? [] : [{ requests, ...sample }]
  })
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) throw new Error(`There is no sample of ${service}`)
  const { slope } = fitLine(points.map(({ requests, residentBytes }) => [requests, residentBytes]))
  const grownBytes = slope * (last.requests - first.requests)
  return {
    service,
    firstBytes: first.residentBytes,
    lastBytes: last.residentBytes,
    grownBytes,
    firstOpenFiles: first.openFiles,
    lastOpenFiles: last.openFiles,
    problems: [
      ...(points.some(({ pid }) => pid !== first.pid) ? ['it was started again'] : []),
      ...(grownBytes > growthLimitBytes ? ['its memory grows'] : []),
      ...(last.openFiles > first.openFiles + openFilesLimit ? ['it keeps files open'] : []),
    ],
  }
}

/** Some hundredths of what the services hold, and far less than one leaked byte for each byte asked. */
const growthLimitBytes = 8 * 1024 * 1024
/** The agent keeps the connections to nova that its busiest moment needed. */
const openFilesLimit = 16
