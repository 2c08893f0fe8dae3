import { createHash } from 'node:crypto'
import test from 'ava'
import type { Exchange } from '../golden/exchange.ts'
import { compareExchange, compareTurns } from './compare-exchange.ts'
import type { Heard } from './converse.ts'

const exchange: Exchange = {
  id: 'GET /x',
  via: 'chain:alpha',
  method: 'GET',
  path: '/x',
  request_headers: [],
  status: 200,
  reason: 'OK',
  http: 'HTTP/1.1',
  content_type: 'text/plain',
  headers: [
    ['content-type', 'text/plain'],
    ['content-length', '2'],
  ],
  body: 'hi',
}

const answer =
  'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nDate: now\r\n\r\nhi'

function hear(text: string, end: Heard['end'] = 'kept', seconds = 0.01): Heard {
  return { bytes: Buffer.from(text, 'latin1'), end, seconds }
}

/** What differs, by name: of status, content type and body, and of the rest. */
function compare(changes: Partial<Exchange>, heard: Heard) {
  const recorded = { ...exchange, ...changes }
  const turns = [{ bytes: Buffer.alloc(0), methods: [recorded.method] }]
  const { main, more } = compareExchange(recorded, turns, heard)
  return [main.map(({ what }) => what), more.map(({ what }) => what)]
}

test('the same answer is the same, whatever its date', t => {
  t.deepEqual(compare({}, hear(answer)), [[], []])
})

const seen: readonly (readonly [string, Heard, readonly string[], readonly string[]])[] = [
  ['another status', hear(answer.replace('200', '201')), ['status'], []],
  ['another content type', hear(answer.replace('plain', 'html')), ['content type'], ['headers']],
  ['another byte', hear(answer.replace(/hi$/, 'ho')), ['body'], []],
  ['a byte too much', hear(`${answer}!`), ['body'], []],
  ['a byte too few', hear(answer.slice(0, -1), 'closed'), ['status'], []],
  ['another reason phrase', hear(answer.replace('OK', 'Fine')), [], ['reason phrase']],
  [
    'another version',
    hear(answer.replace('1.1', '1.0')),
    [],
    ['HTTP version', 'connection', 'connection’s end'],
  ],
  ['a header in another case', hear(answer.replace('content-l', 'Content-L')), [], ['headers']],
  [
    'headers in another order',
    hear(answer.replace(/(content-type.*\r\n)(content-length.*\r\n)/, '$2$1')),
    [],
    ['headers'],
  ],
  ['a connection that ends and does not say so', hear(answer, 'closed'), [], ['connection’s end']],
  [
    'a connection that says so',
    hear(answer.replace('Date: now', 'connection: close'), 'closed'),
    [],
    ['headers', 'connection'],
  ],
  ['no answer', hear('', 'closed'), ['status'], []],
  ['silence', hear('', 'no end'), ['status'], []],
]

for (const [what, heard, main, more] of seen)
  test(`${what} is told`, t => t.deepEqual(compare({}, heard), [main, more]))

test('a connection that was closed without an answer must be closed so', t => {
  const none = { status: null, reason: 'RemoteDisconnected', http: null, content_type: null }
  t.deepEqual(compare(none, hear('', 'closed')), [[], []])
  t.deepEqual(compare(none, hear('', 'reset')), [[], ['reason phrase']])
  t.deepEqual(compare(none, hear('', 'no end')), [['status'], []])
  t.deepEqual(compare(none, hear(answer)), [['status'], []])
})

test('of a HEAD without a length nobody can tell when its connection ends', t => {
  const head = { method: 'HEAD', headers: [], content_type: null, body: '' }
  t.deepEqual(compare(head, hear('HTTP/1.1 200 OK\r\n\r\n', 'closed')), [[], []])
})

test('how long it took counts where it was written down', t => {
  t.deepEqual(compare({ seconds: 30 }, hear(answer, 'kept', 31)), [[], []])
  t.deepEqual(compare({ seconds: 30 }, hear(answer, 'kept', 0.1)), [[], ['seconds']])
})

test('a seed must be 512 bytes in base64', t => {
  const body = '{"random_seed": "<684 chars>"}'
  const write = (seed: string) => {
    const text = `{"random_seed": "${seed}"}`
    return hear(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
  }
  const recorded = { body, content_type: null }
  t.deepEqual(compare(recorded, write(Buffer.alloc(512, 1).toString('base64')))[0], [])
  t.deepEqual(compare(recorded, write(Buffer.alloc(511, 1).toString('base64')))[0], ['body'])
})

test('security groups are a set, and only they are', t => {
  const body = 'default\nweb'
  const write = (text: string) =>
    hear(
      `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    )
  const path = '/latest/meta-data/security-groups/'
  t.deepEqual(compare({ path, body }, write('web\ndefault'))[0], [])
  t.deepEqual(compare({ path, body }, write('web\nothers'))[0], ['body'])
  t.deepEqual(compare({ body }, write('web\ndefault'))[0], ['body'])
})

test('a body that was cut is compared by its length and hash', t => {
  const body = 'hi'.repeat(1000)
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
  const write = (text: string) =>
    hear(
      `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    )
  const cut = { body: `hihi...<2000 bytes, sha256 ${hash}>` }
  t.deepEqual(compare(cut, write(body))[0], [])
  t.deepEqual(compare(cut, write(body.replace(/i$/, 'o')))[0], ['body'])
})

test('several answers on one connection are counted, and compared by how they begin', t => {
  const turns = [1, 2].map(() => ({ bytes: Buffer.alloc(0), methods: ['GET'] }))
  const recorded = {
    id: '',
    via: '',
    answers: [
      ['/x', 200, false, 'hi'],
      ['/x', 200, false, 'hi'],
    ] as const,
  }
  const compareBoth = (text: string) =>
    compareTurns(recorded, turns, hear(text)).main.map(({ what }) => what)
  t.deepEqual(compareBoth(answer + answer), [])
  t.deepEqual(compareBoth(answer), ['answers', 'status 2', 'body 2'])
  t.deepEqual(compareBoth(answer + answer.replace(/hi$/, 'ho')), ['body 2'])
})
