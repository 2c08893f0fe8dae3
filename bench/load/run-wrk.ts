import { runTimed } from '../run-timed.ts'

export interface Load {
  readonly namespace: string
  readonly url: string
  readonly connections: number
  readonly keepAlive: boolean
  readonly seconds: number
}

export interface LoadResult {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Loads a URL from within a namespace, with one thread. Throws where one answer of all was missing or no 2xx. */
export async function runWrk(load: Load, signal: AbortSignal): Promise<LoadResult> {
  const { stdout } = await runTimed(['ip', 'netns', 'exec', load.namespace, ...wrk(load)], signal)
  const report = readReport(stdout)
  if (report.faults > 0 || report.requests === 0)
    throw new Error(`${load.url}, ${load.connections} connections: ${stdout.trim()}`)
  return {
    requests: report.requests,
    requestsPerSecond: (1e6 * report.requests) / report.microseconds,
    p50Ms: report.p50 / 1000,
    p99Ms: report.p99 / 1000,
  }
}

function wrk({ url, connections, keepAlive, seconds }: Load): string[] {
  const sizes = ['--threads', '1', '--connections', `${connections}`, '--duration', `${seconds}s`]
  const close = keepAlive ? [] : ['--header', 'Connection: close']
  const report = ['--script', `${import.meta.dirname}/wrk-report.lua`]
  return ['wrk', ...sizes, ...close, ...report, url]
}

interface Report {
  readonly requests: number
  readonly microseconds: number
  readonly p50: number
  readonly p99: number
  readonly faults: number
}

function readReport(stdout: string): Report {
  const line = stdout.trim().split('\n').at(-1) ?? ''
  if (!line.startsWith('{')) throw new Error(`wrk said: ${stdout}`)
  return JSON.parse(line)
}
