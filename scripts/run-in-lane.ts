import { createInterface } from 'node:readline'
import { execa, type Options } from 'execa'
import { add, type Failure, gatherFailure, nothing, showFailed, type Total } from './total.ts'

/** Runs a script that ends as `make test` does; shows what it says, and gives its total. One that dies is a failure. */
export async function runInLane(
  argv: readonly [string, ...string[]],
  cancelSignal: AbortSignal,
  more: Pick<Options, 'env' | 'killSignal'> = {},
): Promise<Total> {
  const [file, ...rest] = argv
  const lane = execa(file, rest, {
    reject: false,
    stdin: 'ignore',
    stderr: 'inherit',
    buffer: false,
    cancelSignal,
    // Its engines have to be taken away.
    forceKillAfterDelay: 20_000,
    ...more,
  })
  let skipped = 0
  let counted: Pick<Total, 'passed' | 'failed'> | undefined
  let failures: readonly Failure[] = []
  for await (const line of createInterface({ input: lane.stdout })) {
    const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(line) ?? []
    const [, left] = /^(\d+) skipped$/.exec(line) ?? []
    if (passed !== undefined) counted = { passed: Number(passed), failed: Number(failed) }
    else if (left !== undefined) skipped = Number(left)
    else {
      console.log(line)
      failures = gatherFailure(failures, line)
    }
  }
  const { shortMessage } = await lane
  if (counted !== undefined) return { ...counted, skipped, failures }
  const name = argv.join(' ')
  return add({ ...nothing, failures }, showFailed(`${name} came to no end`, [`${shortMessage}`]))
}
