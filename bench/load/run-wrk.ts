import { runWrkScript, type WrkOptions } from '../run-wrk-script.ts'

export interface LoadResult {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Loads a URL from within a namespace, with one thread. Throws where one answer of all was missing or no 2xx. */
export async function runWrk(load: WrkOptions, signal: AbortSignal): Promise<LoadResult> {
  const { report, stdout } = await runWrkScript<Report>(script, load, signal)
  if (report.faults > 0 || report.requests === 0)
    throw new Error(`${load.url}, ${load.connections} connections: ${stdout.trim()}`)
  return {
    requests: report.requests,
    requestsPerSecond: (1e6 * report.requests) / report.microseconds,
    p50Ms: report.p50 / 1000,
    p99Ms: report.p99 / 1000,
  }
}

interface Report {
  readonly requests: number
  readonly microseconds: number
  readonly p50: number
  readonly p99: number
  readonly faults: number
}

const script = `${import.meta.dirname}/wrk-report.lua`
