import { execa } from 'execa'
import { add, nothing, showFailed, showPassed, type Total } from './total.ts'

const checks: readonly (readonly [title: string, tool: string, ...args: string[]])[] = [
  ['types', 'tsc', '--noEmit', '--project', '.'],
  ['format and lint', 'biome', 'ci', '--colors=off', '.'],
  ['unused code', 'knip'],
]

/** Checks types, format, lint and unused code one after the other, and shows what fails. */
export async function runChecks(cancelSignal?: AbortSignal): Promise<Total> {
  let total = nothing
  for (const [title, tool, ...args] of checks) {
    total = add(total, await runCheck(title, tool, args, cancelSignal))
  }
  return total
}

async function runCheck(
  title: string,
  tool: string,
  args: readonly string[],
  cancelSignal: AbortSignal | undefined,
): Promise<Total> {
  const cancelled = cancelSignal === undefined ? {} : { cancelSignal }
  const { failed, all } = await execa(tool, args, { all: true, reject: false, ...cancelled })
  return failed
    ? showFailed(`${title}: ${tool} ${args.join(' ')}`, all.split('\n'))
    : showPassed(title)
}
