import { parseArgs } from 'node:util'
import { untilInterrupted } from '../src/cli/interrupt.ts'
import { isRoot } from '../src/linux/is-root.ts'
import { compareWithScript, type Pair } from './compare-with-script.ts'
import { measureContainers } from './containers/measure-containers.ts'
import { describeMachine } from './describe-machine.ts'
import { type Growth, grow } from './grow.ts'
import { launcher } from './lab-command.ts'
import { ensureWrk } from './load/ensure-wrk.ts'
import { withLoadTargets } from './load/load-targets.ts'
import { measureLoad } from './load/measure-load.ts'
import { renderLoad } from './load/render-load.ts'
import { renderFigures } from './render-figures.ts'
import { runTimed } from './run-timed.ts'
import { measureScale } from './scale/measure-scale.ts'
import { renderScale } from './scale/render-scale.ts'
import { type FiguresPart, writeReadme } from './write-readme.ts'

/**
 * `node bench/main.ts [--only PART] [--quick] [--runs N] [--write]`. Parts: up, growth, scale, load,
 * containers, help. `--quick` stops at
 * ten networks and one round of load.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})

const parts = ['up', 'growth', 'scale', 'load', 'containers', 'help']
using interrupt = untilInterrupted()
try {
  await measureAll(interrupt.signal)
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = interrupt.signal.aborted ? 130 : 1
}

async function measureAll(signal: AbortSignal): Promise<void> {
  if (!isRoot()) throw new Error('needs root: sudo make bench')
  const runs = Number(values.runs ?? (values.quick ? 5 : 15))
  if (!Number.isSafeInteger(runs) || runs < 1 || runs > 1000)
    throw new Error('--runs takes 1 to 1000')
  if (values.only !== undefined && !parts.includes(values.only))
    throw new Error(`--only takes ${parts.join(', ')}`)
  if (values.write && ['up', 'growth', 'help'].includes(values.only ?? ''))
    throw new Error('--write takes all figures, or --only scale, load or containers')
  const isWanted = (part: string) => values.only === undefined || values.only === part
  useLaunchersCache()
  if (isWanted('load')) await measureChain(signal)
  if (isWanted('scale')) await compareSizes(signal)
  if (isWanted('containers')) await compareWithContainers(runs, signal)
  if (isWanted('up') || isWanted('growth') || isWanted('help'))
    await measureCommands(runs, isWanted, signal)
}

/** The same live changes on a large lab and on a small one. */
async function compareSizes(signal: AbortSignal): Promise<void> {
  const machine = describeMachine().map(line => `- ${line}`)
  const rounds = values.quick ? 1 : 5
  say('a lab of one host, 2 networks and 4 guests …')
  const small = await measureScale({ hosts: 1, networks: 2, guests: 4 }, rounds, signal)
  say('a lab of 3 hosts, 20 networks and 200 guests …')
  const large = await measureScale({ hosts: 3, networks: 20, guests: 200 }, rounds, signal)
  tell('scale', `${[...machine, '', ...renderScale(small, large)].join('\n')}\n`)
}

async function compareWithContainers(rounds: number, signal: AbortSignal): Promise<void> {
  const machine = describeMachine().map(line => `- ${line}`)
  const figures = await measureContainers(rounds, signal, say)
  tell('containers', `${[...machine, '', ...figures].join('\n')}\n`)
}

async function measureChain(signal: AbortSignal): Promise<void> {
  await ensureWrk()
  const machine = describeMachine().map(line => `- ${line}`)
  say('the chain, and what it is measured by …')
  const rounds = values.quick ? 1 : 3
  const load = await withLoadTargets(signal, targets => measureLoad(targets, rounds, signal, say))
  tell('load', `${[...machine, '', ...renderLoad(load)].join('\n')}\n`)
}

async function measureCommands(
  runs: number,
  isWanted: (part: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const machine = describeMachine()
  const helpMs = isWanted('help') ? await measureHelp(3 * runs, signal) : undefined
  const pairs = isWanted('up') ? await measureUp(runs, signal) : undefined
  const sizes = values.quick ? [1, 10] : [1, 10, 50, 100]
  const growth = isWanted('growth') ? await measureGrowth(sizes, signal) : undefined
  const figures = {
    machine,
    ...(pairs && { pairs }),
    ...(growth && { growth }),
    ...(helpMs && { helpMs }),
  }
  tell('start-up', renderFigures(figures))
}

function tell(part: FiguresPart, figures: string): void {
  process.stdout.write(figures)
  if (values.write) writeReadme(part, figures)
}

function measureUp(runs: number, signal: AbortSignal): Promise<Pair[]> {
  say(`${runs} pairs of lab and script …`)
  return compareWithScript(runs, signal)
}

/** The script's daemons have their code compiled where the lab's have it. */
function useLaunchersCache(): void {
  process.env.NODE_COMPILE_CACHE = `${import.meta.dirname}/../node_modules/.cache/lab`
}

async function measureHelp(runs: number, signal: AbortSignal): Promise<number[]> {
  say(`lab --help, ${runs} times …`)
  await runTimed([launcher, '--help'], signal)
  const taken: number[] = []
  while (taken.length < runs)
    taken.push((await runTimed([launcher, '--help'], signal)).milliseconds)
  return taken
}

async function measureGrowth(sizes: readonly number[], signal: AbortSignal): Promise<Growth[]> {
  const growth: Growth[] = []
  for (const networks of sizes) {
    say(`${networks} networks of 5 guests …`)
    growth.push(await grow(networks, signal))
  }
  return growth
}

function say(words: string): void {
  process.stderr.write(`${words}\n`)
}
