import { join } from 'node:path'
import test from 'ava'
import { readRecordings } from '../conformance/read-recordings.ts'
import { isAsRecorded, renderOutcome } from '../conformance/render-outcome.ts'
import { type JudgedFile, type Outcome, runConformance } from '../conformance/run-conformance.ts'
import { goldenTopology } from '../conformance/with-lab.ts'
import { hostTest, isRoot } from './support/lab.ts'
import { standingLabs } from './support/standing-labs.ts'

// The recorded cloud, asked for all that was recorded: a guest of every kind, two networks that overlap, a router.

const labs = standingLabs({ golden: { topology: goldenTopology } })
const recordings = readRecordings(join(import.meta.dirname, '../golden/recorded'))
let outcome: Outcome | undefined

if (isRoot)
  test.serial.before(async () => {
    outcome = await runConformance(labs('golden').name, recordings, new AbortController().signal)
  })

/** Ids of what differs, of as many as there are. */
function differing(file: JudgedFile | undefined) {
  const items = file?.items ?? []
  return {
    all: items.length,
    differ: items.filter(item => !isAsRecorded(item)).map(({ id }) => id),
  }
}

for (const { name, entries } of recordings.files)
  hostTest(`${name}: ${entries.length} recorded exchanges are the same`, async t => {
    const file = outcome?.exchanges.find(candidate => candidate.name === name)
    t.deepEqual(differing(file), { all: entries.length, differ: [] })
  })

hostTest('what each hop sends to the next is the same', async t => {
  t.deepEqual(differing(outcome?.hops), { all: recordings.hops.length, differ: [] })
})

hostTest('ports are looked up as recorded, but never without a network', async t => {
  t.deepEqual(differing(outcome?.lookups), { all: recordings.lookups.length, differ: [] })
  const meant = outcome?.lookups.items.filter(({ verdict }) => verdict === 'meant')
  t.is(meant?.length, 1)
})

hostTest('all of them are the same', async t => {
  if (outcome === undefined) return t.fail('nothing was asked')
  const total = recordings.files.reduce((sum, { entries }) => sum + entries.length, 0)
  t.is(total, 672)
  t.regex(renderOutcome(outcome), /\n672 of 672 exchanges are the same\n$/)
})
