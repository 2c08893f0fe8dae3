import test from 'ava'
import { readMeant } from './meant.ts'
import { isConformant, renderOutcome } from './render-outcome.ts'
import type { Judged, Outcome } from './run-conformance.ts'

const same: Judged = {
  id: 'GET /',
  via: 'chain:alpha',
  verdict: 'same',
  sent: 'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  main: [],
  more: [],
  meant: null,
}
const list = readMeant()
const [meant = null] = list

function outcomeOf(...items: Judged[]): Outcome {
  const empty = { seconds: 0, items: [] }
  return {
    lab: 'x',
    folder: '/x',
    exchanges: [{ name: 'chain-alpha', seconds: 1.26, items }],
    hops: { name: 'hops', ...empty },
    lookups: { name: 'lookups', ...empty },
    meant: list,
  }
}

test('a run without differences says so in its last line', t => {
  const outcome = outcomeOf(same, same)
  const lines = renderOutcome(outcome).split('\n')
  t.regex(lines[0] ?? '', /^ +same +of +entirely +meant +time$/)
  t.regex(lines[1] ?? '', /^chain-alpha +2 +2 +2 +1\.3 s$/)
  t.deepEqual(lines.slice(-3), [
    '2 of 2 entirely: in reason phrase, HTTP version, headers in their order and end of the connection, too',
    '2 of 2 exchanges are the same',
    '',
  ])
  t.true(isConformant(outcome))
})

test('a difference is shown from a little before its first byte on', t => {
  const recorded = `${'a'.repeat(300)}b`
  const main = [{ what: 'body', recorded, lab: `${'a'.repeat(300)}c` }]
  const outcome = outcomeOf(same, { ...same, id: 'GET /b', verdict: 'different', main })
  const text = renderOutcome(outcome)
  t.true(text.includes('✘ chain-alpha: 1 of 2 differ in body\n  GET /b — chain:alpha\n'))
  t.true(text.includes(`body from byte 300 on\n      recorded  …${'a'.repeat(40)}b\n`))
  t.true(text.endsWith('\n1 of 2 exchanges are the same\n'))
  t.false(isConformant(outcome))
})

test('a terminal obeys nothing of what is shown', t => {
  const main = [{ what: 'body', recorded: '\x1b[2J', lab: '\r' }]
  const text = renderOutcome(outcomeOf({ ...same, verdict: 'different', main }))
  t.notRegex(text, /(?!\n)\p{Cc}/u)
})

test('many that differ alike are one group, of which a few are shown', t => {
  const more = [{ what: 'headers', recorded: 'a', lab: 'b' }]
  const items = Array.from({ length: 20 }, (_, index) => ({ ...same, id: `GET /${index}`, more }))
  const text = renderOutcome(outcomeOf(...items))
  t.is(text.split('\n').filter(line => line.includes(' — chain:alpha')).length, 3)
  t.regex(text, /so do GET \/3; .*GET \/12 and 7 more; --json has all/)
  t.true(text.endsWith('\n20 of 20 exchanges are the same\n'))
  t.false(isConformant(outcomeOf(...items)))
})

test('what is meant to differ is counted apart and shown', t => {
  const main = [{ what: 'status', recorded: '200', lab: '404' }]
  const outcome = outcomeOf(same, { ...same, id: 'unknown router', verdict: 'meant', main, meant })
  const text = renderOutcome(outcome)
  t.true(text.includes('Meant to differ: unknown router\n'))
  t.true(text.endsWith('\n1 of 2 exchanges are the same; 1 differ as they are meant to\n'))
  t.true(isConformant(outcome))
})

test('what is meant to differ and does not is an error', t => {
  const outcome = outcomeOf({ ...same, verdict: 'equal', meant })
  t.true(renderOutcome(outcome).includes('differ in nothing, though they are meant to'))
  t.false(isConformant(outcome))
})
