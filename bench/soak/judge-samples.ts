import { type Sample, type ServiceSample, watchedServices } from './take-sample.ts'

/** What became of one service. */
export interface Verdict {
  readonly service: string
  /** The most until three quarters of the run, and in the last one. */
  readonly before: Peak
  readonly last: Peak
  /** Empty where nothing is wrong. */
  readonly problems: readonly string[]
}

interface Peak {
  readonly residentBytes: number
  readonly openFiles: number
}

/**
 * Judges the samples of a whole run by their peaks: V8 gives memory back when it likes and takes as much again, so that
 * neither two samples nor the line through all of them tell growth. What leaks rises above every peak there was.
 */
export function judgeSamples(samples: readonly Sample[]): Verdict[] {
  return watchedServices.map(service =>
    judge(
      service,
      samples.flatMap(sample => sample.services[service] ?? []),
    ),
  )
}

function judge(service: string, samples: readonly ServiceSample[]): Verdict {
  const split = Math.floor((3 * samples.length) / 4)
  const [before, last] = [peakOf(samples.slice(0, split)), peakOf(samples.slice(split))]
  const pids = new Set(samples.map(({ pid }) => pid))
  const problems = [
    ...(pids.size > 1 ? ['it was started again'] : []),
    ...(last.residentBytes > before.residentBytes + growthLimitBytes ? ['its memory grows'] : []),
    ...(last.openFiles > before.openFiles + openFilesLimit ? ['it keeps files open'] : []),
  ]
  return { service, before, last, problems }
}

function peakOf(samples: readonly ServiceSample[]): Peak {
  return {
    residentBytes: Math.max(...samples.map(({ residentBytes }) => residentBytes)),
    openFiles: Math.max(...samples.map(({ openFiles }) => openFiles)),
  }
}

/** Of a quarter of a million requests, 32 bytes each. */
const growthLimitBytes = 8 * 1024 * 1024
/** Haproxy lets go of those that were reset a moment later; the odd clients' come and go. */
const openFilesLimit = 16
