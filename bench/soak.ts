import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { untilInterrupted } from '../src/cli/interrupt.ts'
import { isRoot } from '../src/linux/is-root.ts'
import { describeMachine } from './describe-machine.ts'
import { withLab } from './lab-command.ts'
import { ensureWrk } from './load/ensure-wrk.ts'
import { chainReleases } from './load/load-targets.ts'
import { findStandingLab, type StandingLab } from './load/standing-lab.ts'
import { renderTable } from './render-table.ts'
import { runTimed } from './run-timed.ts'
import { judgeSamples } from './soak/judge-samples.ts'
import { runMixed } from './soak/run-mixed.ts'
import { type Sample, takeSample } from './soak/take-sample.ts'

/**
 * `node bench/soak.ts [--count N] [--seconds N] [--release R]`: so many requests of many kinds through the chain, or as
 * many as the seconds allow, for each of the agent's two behaviours. Exit code 1 where an answer is wrong or missing, or
 * where a service grows.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '150' },
    release: { type: 'string' },
  },
})

/** Two files of ten MiB for the agent and for nova, and a little of the others. */
const logLimitBytes = 41 * 2 ** 20
/** Enough for a last quarter and what was before. */
const leastSamples = 8

using interrupt = untilInterrupted()
try {
  await soakAll(interrupt.signal)
} catch (error) {
  process.stderr.write(`soak: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = interrupt.signal.aborted ? 130 : 1
}

async function soakAll(signal: AbortSignal): Promise<void> {
  if (!isRoot()) throw new Error('needs root: sudo make soak')
  const [count, seconds] = [readNumber('count', 1000), readNumber('seconds', 20)]
  await ensureWrk()
  process.stdout.write(`${describeMachine().join('\n')}\n`)
  for (const release of values.release === undefined ? chainReleases : [values.release])
    await soakRelease(release, { count, seconds }, signal)
}

function readNumber(name: 'count' | 'seconds', least: number): number {
  const number = Number(values[name])
  if (Number.isSafeInteger(number) && number >= least) return number
  throw new Error(`--${name} takes a number from ${least}`)
}

interface Bounds {
  readonly count: number
  readonly seconds: number
}

async function soakRelease(release: string, bounds: Bounds, signal: AbortSignal): Promise<void> {
  await withLab(`soak-${process.pid}`, async command => {
    await runTimed([...command.up('dhcp-mode'), '--release', release], signal)
    const lab = findStandingLab(command.name)
    const startedMs = performance.now()
    const samples = await withOddClients(lab, () => collect(lab, bounds, signal))
    report(release, samples, (performance.now() - startedMs) / 1000)
  })
}

/** A sample after each slice, when nothing is under way. */
async function collect(lab: StandingLab, bounds: Bounds, signal: AbortSignal): Promise<Sample[]> {
  const endMs = performance.now() + 1000 * bounds.seconds
  const samples: Sample[] = []
  const isOver = (requests: number) => requests >= bounds.count || performance.now() > endMs
  for (let requests = 0; samples.length < leastSamples || !isOver(requests); ) {
    // Kept and new connections in turns; the warm-up has seen the most of them.
    const keepAlive = samples.length % 2 === 0
    const slice = { connections: keepAlive ? 16 : 64, keepAlive, seconds: 4 }
    requests += await runMixed({ namespace: lab.guestNamespace, ...slice }, signal)
    samples.push(takeSample(lab, requests))
    process.stderr.write(`${requests} requests, ${describeMemory(samples)} …\n`)
  }
  return samples
}

function describeMemory(samples: readonly Sample[]): string {
  return Object.entries(samples.at(-1)?.services ?? {})
    .map(([service, { residentBytes }]) => `${service} ${megabytes(residentBytes)}`)
    .join(', ')
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}

async function withOddClients<T>(lab: StandingLab, action: () => Promise<T>): Promise<T> {
  const script = `${import.meta.dirname}/soak/odd-clients.ts`
  const argv = ['netns', 'exec', lab.guestNamespace, process.execPath, script]
  const clients = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  await Promise.race([once(clients.stdout, 'data'), once(clients, 'exit')])
  try {
    return await action()
  } finally {
    await end(clients)
  }
}

async function end(clients: ChildProcess): Promise<void> {
  if (clients.exitCode === null) {
    const exited = once(clients, 'exit')
    clients.kill()
    await exited
  }
  if (clients.exitCode !== 0) throw new Error('one of the odd clients did not get its answer')
}

function report(release: string, samples: readonly Sample[], seconds: number): void {
  const verdicts = judgeSamples(samples)
  const requests = samples.at(-1)?.requests ?? 0
  const mostLogged = Math.max(...samples.map(({ logBytes }) => logBytes))
  const rate = (requests / seconds).toFixed(0)
  const lines = [
    `${release}: ${requests} requests in ${seconds.toFixed(0)} s, ${rate} a second, each with its answer. Peaks:`,
    '',
    ...renderTable([
      ['', 'MiB, before', 'in the last quarter', 'grown', 'open files, before', 'last'],
      ...verdicts.map(({ service, before, last }) => [
        service,
        megabytes(before.residentBytes),
        megabytes(last.residentBytes),
        megabytes(last.residentBytes - before.residentBytes),
        `${before.openFiles}`,
        `${last.openFiles}`,
      ]),
    ]),
    '',
    `Logs: ${megabytes(mostLogged)} MiB at most.`,
  ]
  process.stdout.write(`\n${lines.join('\n')}\n`)
  const problems = verdicts.flatMap(({ service, problems }) =>
    problems.map(one => `${service}: ${one}`),
  )
  if (mostLogged > logLimitBytes) problems.push('the logs grow')
  if (problems.length > 0) throw new Error(problems.join('; '))
}
