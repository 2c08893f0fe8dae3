import test from 'ava'
import { type JournalEntry, summarizeJournal } from '../../src/lab/journal.ts'

const open: JournalEntry = { event: 'open', bootId: 'boot', at: '2026-01-01T00:00:00Z' }

function begin(...steps: readonly string[]): JournalEntry {
  return { event: 'begin', steps }
}

function done(steps: readonly string[], namespaces: Readonly<Record<string, string>> = {}) {
  return { event: 'done', steps, namespaces } satisfies JournalEntry
}

test('without an entry nothing has begun', t => {
  t.deepEqual(summarizeJournal([]), {
    phase: 'building',
    bootId: null,
    openedAt: null,
    openedBy: null,
    stoodAt: null,
    begun: new Set(),
    done: new Set(),
    namespaces: new Map(),
  })
})

test('what was begun and not done is told from what was done', t => {
  const { begun, done: finished } = summarizeJournal([open, begin('a', 'b'), done(['a'])])
  t.deepEqual([...begun.difference(finished)], ['b'])
})

test('a namespace that is made anew has no identity until it is done', t => {
  const entries = [open, begin('netns:x'), done(['netns:x'], { x: '1:2' }), begin('netns:x')]
  const summary = summarizeJournal(entries)
  t.false(summary.namespaces.has('x'))
  t.true(summary.begun.has('netns:x'))
  t.false(summary.done.has('netns:x'))
  t.is(summarizeJournal([...entries, done(['netns:x'], { x: '1:3' })]).namespaces.get('x'), '1:3')
})

test("a namespace that was removed is the lab's no more", t => {
  const summary = summarizeJournal([
    open,
    begin('netns:x'),
    done(['netns:x'], { x: '1:2' }),
    { event: 'removed', steps: ['netns:x'] },
  ])
  t.deepEqual([summary.begun.size, summary.done.size, summary.namespaces.size], [0, 0, 0])
})

for (const [title, entries, phase] of [
  ['opened', [open], 'building'],
  ['finished', [open, { event: 'stands', at: 'now' }], 'stands'],
  ['opened again', [open, { event: 'stands', at: 'now' }, open], 'building'],
  [
    'being removed',
    [open, { event: 'stands', at: 'now' }, { event: 'removing', at: 'now' }],
    'removing',
  ],
] as const satisfies readonly (readonly [string, readonly JournalEntry[], string])[])
  test(`a journal that was ${title} is in the phase ${phase}`, t => {
    t.is(summarizeJournal(entries).phase, phase)
  })
