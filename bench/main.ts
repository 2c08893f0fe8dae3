import { parseArgs } from 'node:util'
import { untilInterrupted } from '../src/cli/interrupt.ts'
import { isRoot } from '../src/linux/is-root.ts'
import { compareWithScript } from './compare-with-script.ts'
import { describeMachine } from './describe-machine.ts'
import { type Growth, grow } from './grow.ts'
import { launcher } from './lab-command.ts'
import { renderFigures } from './render-figures.ts'
import { runTimed } from './run-timed.ts'
import { writeReadme } from './write-readme.ts'

/** `node bench/main.ts [--quick] [--runs N] [--write]`; `--quick` stops at ten networks. */
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})

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
  useLaunchersCache()
  const helpMs = await measureHelp(3 * runs, signal)
  say(`${runs} pairs of lab and script …`)
  const pairs = await compareWithScript(runs, signal)
  const growth = await measureGrowth(values.quick ? [1, 10] : [1, 10, 50, 100], signal)
  const figures = renderFigures({ machine: describeMachine(), pairs, growth, helpMs })
  process.stdout.write(figures)
  if (values.write) writeReadme(figures)
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
