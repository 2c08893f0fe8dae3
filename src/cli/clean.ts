import { labNames } from '../lab/record.ts'
import { takeLabDown } from './down.ts'
import { stateOf } from './list.ts'
import { print, printJson } from './print.ts'
import { requireRoot } from './require-root.ts'

interface CleanOptions {
  readonly dryRun?: true
  readonly json?: true
}

/** `lab clean`: takes away labs that a crash left half-built or half-removed, or that ended with a reboot. */
export async function clean(options: CleanOptions): Promise<void> {
  requireRoot()
  const states = await Promise.all(
    labNames().map(async lab => ({ lab, state: await stateOf(lab) })),
  )
  const left = states.filter(({ state }) => LEFTOVERS.has(state))
  if (!options.dryRun) for (const { lab } of left) await takeLabDown(lab)
  if (options.json) return printJson(left)
  const verb = options.dryRun ? 'would go' : 'is gone'
  print(
    left.length === 0
      ? 'Nothing is left over.'
      : left.map(({ lab, state }) => `✔ Lab ${lab} (${state}) ${verb}`).join('\n'),
  )
}

const LEFTOVERS = new Set(['half-built', 'half-removed', 'gone since reboot'])
