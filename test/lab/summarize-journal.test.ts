import test from 'ava'
import { type JournalEntry, type JournalSummary, summarizeJournal } from '../../src/lab/journal.ts'

const open: JournalEntry = { event: 'open', bootId: 'boot', at: '2026-11-22T12:00:00.000Z' }
const stands: JournalEntry = { event: 'stands', at: '2026-11-22T12:00:01.000Z' }
const begin = (...steps: readonly string[]): JournalEntry => ({ event: 'begin', steps })
const done = (...steps: readonly string[]): JournalEntry => ({ event: 'done', steps })
const madeNamespace: JournalEntry = {
  event: 'done',
  steps: ['netns:a'],
  namespaces: { a: '4026532000:1.5' },
}

const nothing: JournalSummary = {
  phase: 'building',
  bootId: null,
  openedAt: null,
  openedBy: null,
  stoodAt: null,
  begun: new Set(),
  done: new Set(),
  namespaces: new Map(),
}
const opened = { ...nothing, bootId: 'boot', openedAt: '2026-11-22T12:00:00.000Z' }

const addUp = test.macro({
  exec(t, _: string, entries: readonly JournalEntry[], expected: JournalSummary) {
    t.deepEqual(summarizeJournal(entries), expected)
  },
  title: (_, what: string) => what,
})

test(addUp, 'no entry: nothing has begun', [], nothing)
test(addUp, 'open: it is being built', [open], opened)
test(addUp, 'opened by an agent that synchronizes', [stands, { ...open, by: 'agent' }], {
  ...opened,
  stoodAt: '2026-11-22T12:00:01.000Z',
  openedBy: 'agent',
})
test(addUp, 'opened by a command after that', [{ ...open, by: 'agent' }, open], opened)
test(addUp, 'begun and not done: killed in between', [open, begin('x')], {
  ...opened,
  begun: new Set(['x']),
})
test(addUp, 'begun and done', [open, begin('x', 'y'), done('x', 'y')], {
  ...opened,
  begun: new Set(['x', 'y']),
  done: new Set(['x', 'y']),
})
test(addUp, 'a namespace is known by its identity', [open, begin('netns:a'), madeNamespace], {
  ...opened,
  begun: new Set(['netns:a']),
  done: new Set(['netns:a']),
  namespaces: new Map([['a', '4026532000:1.5']]),
})
test(
  addUp,
  'a namespace that is made again is not the one before',
  [open, begin('netns:a'), madeNamespace, begin('netns:a')],
  { ...opened, begun: new Set(['netns:a']) },
)
test(addUp, 'it stands', [open, begin('x'), done('x'), stands], {
  ...opened,
  phase: 'stands',
  stoodAt: '2026-11-22T12:00:01.000Z',
  begun: new Set(['x']),
  done: new Set(['x']),
})
test(
  addUp,
  'removed steps are forgotten',
  [open, begin('x', 'y'), done('x', 'y'), { event: 'removed', steps: ['x'] }],
  {
    ...opened,
    begun: new Set(['y']),
    done: new Set(['y']),
  },
)
test(addUp, 'removing, whatever was before', [open, stands, { event: 'removing', at: 'then' }], {
  ...opened,
  phase: 'removing',
  stoodAt: '2026-11-22T12:00:01.000Z',
})
test(
  addUp,
  'opened again: the time of the first, the boot of the last, not standing',
  [open, stands, { event: 'open', bootId: 'next', at: 'later' }],
  { ...opened, bootId: 'next', stoodAt: '2026-11-22T12:00:01.000Z' },
)
