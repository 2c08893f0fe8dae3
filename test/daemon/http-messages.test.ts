import test from 'ava'
import fc from 'fast-check'
import { readAnswer } from '../../src/daemon/http-answer.ts'
import { readRequestBody } from '../../src/daemon/http-body.ts'
import { MalformedRequest, readRequestHead } from '../../src/daemon/http-request.ts'

const head = 'POST /a?b HTTP/1.1\r\nHost: x\r\nX-Folded: one\r\n two\r\n\r\n'

test('a head is read once it is all there', t => {
  for (let size = 0; size < head.length; size++) {
    t.is(readRequestHead(Buffer.from(head.slice(0, size))), undefined)
  }
  t.deepEqual(readRequestHead(Buffer.from(`${head}body`)), {
    method: 'POST',
    target: '/a?b',
    version: 'HTTP/1.1',
    headers: [
      ['Host', ' x'],
      ['X-Folded', ' one two'],
    ],
    sizeBytes: head.length,
  })
})

const malformed = test.macro({
  title: (_, text: string) => `${JSON.stringify(text)} is malformed`,
  exec(t, text: string) {
    t.throws(() => readRequestHead(Buffer.from(text)), { instanceOf: MalformedRequest })
  },
})

test(malformed, 'GET /\r\n\r\n')
test(malformed, 'GET /a b HTTP/1.1\r\n\r\n')
test(malformed, 'GET / HTTP/1.1\r\nno colon\r\n\r\n')
test(malformed, 'GET / HTTP/1.1\r\n: no name\r\n\r\n')

test('a chunked body is taken off the connection, and counts as empty', t => {
  const bytes = Buffer.from('5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nTrailer: z\r\n\r\nGET')
  const headers = new Map([['transfer-encoding', 'chunked']])
  const whole = bytes.length - 'GET'.length
  for (let size = 0; size < whole; size++) {
    t.is(readRequestBody(headers, bytes.subarray(0, size)), undefined)
  }
  t.deepEqual(readRequestBody(headers, bytes), { body: Buffer.alloc(0), sizeBytes: whole })
})

test('a body longer than any file of the API needs is refused', t => {
  const headers = new Map([['content-length', '999999999999']])
  t.throws(() => readRequestBody(headers, Buffer.alloc(0)), { instanceOf: MalformedRequest })
})

test('no bytes make reading a request fail in another way', t => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[GET /:\r\n]{0,60}$/))
  fc.assert(
    fc.property(text, bytes => {
      try {
        readRequestHead(Buffer.from(bytes, 'latin1'))
      } catch (error) {
        t.true(error instanceof MalformedRequest)
      }
      t.pass()
    }),
  )
})

const answers = test.macro({
  title: (_, name: string) => `an answer ends ${name}`,
  exec(t, _: string, text: string, method: string, body: string, closes: boolean) {
    const bytes = Buffer.from(text)
    const read = readAnswer(bytes, method, false) ?? readAnswer(bytes, method, true)
    t.is(read?.answer.body.toString(), body)
    t.is(read?.closes, closes)
  },
})

test(
  answers,
  'after its length',
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  'GET',
  'ok',
  false,
)
test(
  answers,
  'with its head for HEAD',
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n',
  'HEAD',
  '',
  false,
)
test(answers, 'with the connection', 'HTTP/1.1 200 OK\r\n\r\nall', 'GET', 'all', true)
test(
  answers,
  'with its last chunk',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  'GET',
  'ok',
  false,
)
test(
  answers,
  'after a 100 Continue',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok',
  'GET',
  'ok',
  true,
)
