import { runTimed } from './run-timed.ts'

export interface WrkOptions {
  readonly namespace: string
  readonly url: string
  readonly connections: number
  readonly keepAlive: boolean
  readonly seconds: number
}

/** Loads a URL from within a namespace, with one thread; the Lua script ends with a line of JSON, which is given. */
export async function runWrkScript<Report>(
  script: string,
  { namespace, url, connections, keepAlive, seconds }: WrkOptions,
  signal: AbortSignal,
): Promise<{ readonly report: Report; readonly stdout: string }> {
  const sizes = ['--threads', '1', '--connections', `${connections}`, '--duration', `${seconds}s`]
  const close = keepAlive ? [] : ['--header', 'Connection: close']
  const wrk = ['wrk', ...sizes, ...close, '--script', script, url]
  const { stdout } = await runTimed(['ip', 'netns', 'exec', namespace, ...wrk], signal)
  const line = stdout.trim().split('\n').at(-1) ?? ''
  if (!line.startsWith('{')) throw new Error(`wrk said: ${stdout}`)
  return { report: JSON.parse(line), stdout }
}
