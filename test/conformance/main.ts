import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { untilInterrupted } from '../../src/cli/interrupt.ts'
import { renderError } from '../../src/cli/render-error.ts'
import { isRoot } from '../../src/linux/is-root.ts'
import { withFreshPasswords } from './fresh-passwords.ts'
import { readRecordings } from './read-recordings.ts'
import { isConformant, renderOutcome } from './render-outcome.ts'
import { type Outcome, runConformance } from './run-conformance.ts'
import { withGoldenLab } from './with-lab.ts'

/** `make conformance`: see README.md. */
const { values } = parseArgs({
  options: {
    lab: { type: 'string', default: '' },
    golden: { type: 'string', default: '' },
    runtime: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
})

using interrupt = untilInterrupted()
try {
  if (!isRoot()) throw new Error('Replaying recordings needs root: sudo make conformance')
  const outcome = await run()
  process.stdout.write(values.json ? `${JSON.stringify(outcome)}\n` : renderOutcome(outcome))
  process.exitCode = isConformant(outcome) ? 0 : 1
} catch (error) {
  const { aborted, reason } = interrupt.signal
  process.exitCode = await renderError(aborted ? reason : error)
}

async function run(): Promise<Outcome> {
  const { signal } = interrupt
  const repository = resolve(import.meta.dirname, '../golden/recorded')
  const recordings = readRecordings(values.golden === '' ? repository : resolve(values.golden))
  const ask = (lab: string) => runConformance(lab, recordings, signal)
  if (values.lab === '') return await withGoldenLab(values.runtime || 'auto', ask)
  return await withFreshPasswords(values.lab, signal, () => ask(values.lab))
}
