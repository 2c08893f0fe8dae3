import { createHash } from 'node:crypto'
import test from 'ava'
import { type Exchange, restoreExchange } from '../golden/exchange.ts'
import { writeExchange, writeTurns } from './write-dialogue.ts'

const exchange: Exchange = {
  id: 'GET /',
  via: 'chain:alpha',
  method: 'GET',
  path: '/',
  request_headers: [
    ['Host', '169.254.169.254'],
    ['Accept', '*/*'],
  ],
  status: 200,
  reason: 'OK',
  http: 'HTTP/1.1',
  content_type: null,
  headers: [],
}

function write(changes: Partial<Exchange>): string {
  const turns = writeExchange(restoreExchange({ ...exchange, ...changes }))
  return turns.map(({ bytes }) => bytes.toString('latin1')).join('')
}

test('a request has its headers in their order, and its own HTTP version', t => {
  t.is(write({}), 'GET / HTTP/1.1\r\nHost: 169.254.169.254\r\nAccept: */*\r\n\r\n')
  t.true(write({ version: 'FOO/1.1' }).startsWith('GET / FOO/1.1\r\n'))
})

test('a chunked body is sent in one chunk', t => {
  const request_headers = [['Transfer-Encoding', 'chunked']] as const
  t.true(
    write({ request_headers, request_body: 'hello' }).endsWith('\r\n\r\n5\r\nhello\r\n0\r\n\r\n'),
  )
})

test('a body is restored to its length', t => {
  const request_headers = [['Content-Length', '200000']] as const
  const sent = write({ request_headers, request_body: 'x'.repeat(2000) })
  t.true(sent.endsWith(`\r\n\r\n${'x'.repeat(200_000)}`))
})

test('a shorter body than its length says is left as it is', t => {
  const request_headers = [['Content-Length', '10']] as const
  t.true(write({ request_headers, request_body: 'hello' }).endsWith('\r\n\r\nhello'))
})

for (const [whole, start] of [
  [`/openstack/${'a'.repeat(1000)}`, `/openstack/${'a'.repeat(50)}`],
  ['/x'.repeat(500), '/x'.repeat(60)],
] as const)
  test(`a path that was cut behind ${start.slice(0, 15)} is restored`, t => {
    const hash = createHash('sha256').update(whole).digest('hex').slice(0, 16)
    for (const mark of ['...', '…']) {
      const path = `${start}${mark}<${whole.length} bytes, sha256 ${hash}>`
      t.true(write({ path }).startsWith(`GET ${whole} HTTP/1.1\r\n`))
    }
  })

test('a path that cannot be restored is refused', t => {
  const path = '/a...<1000 bytes, sha256 0000000000000000>'
  t.throws(() => write({ path }), { message: /cannot be guessed/ })
})

test('an id says how a request was put into bytes', t => {
  t.is(write({ id: 'HTTP/0.9' }), 'GET /\r\n\r\n')
  t.false(write({ id: 'bare LF' }).includes('\r'))
  t.true(write({ id: 'folded header' }).includes('\r\nX-Odd: one\r\n two\r\n\r\n'))
  t.true(write({ id: 'NUL in a header' }).includes('one\0two'))
  t.true(write({ id: 'unfinished request' }).endsWith('Accept: */*\r\n'))
})

test('requests in turn wait for each other, pipelined ones go at once', t => {
  const inTurn = writeTurns({
    id: '',
    via: '',
    answers: [
      ['/a', 200, false, ''],
      ['/b', 404, false, ''],
    ],
  })
  t.deepEqual(
    inTurn.map(({ bytes }) => bytes.toString().split(' ')[1]),
    ['/a', '/b'],
  )
  const [all, ...none] = writeTurns({ id: '', via: '', answers: 3 })
  t.deepEqual(all?.methods, ['GET', 'GET', 'GET'])
  t.deepEqual(none, [])
  const [fewer] = writeTurns({ id: 'two pipelined', via: '', answers: 3 })
  t.deepEqual(fewer?.methods, ['GET', 'GET'])
})
