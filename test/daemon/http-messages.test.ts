import test from 'ava'
import fc from 'fast-check'
import { AnswerReader } from '../../src/daemon/http-answer.ts'
import { openRequestBody, readFraming } from '../../src/daemon/http-body.ts'
import { MalformedRequest, readRequestHead } from '../../src/daemon/http-request.ts'

const chunked = readFraming([['Transfer-Encoding', ' chunked']])
const withLength = (length: string) => readFraming([['Content-Length', ` ${length}`]])

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

const endsAtFirst = test.macro({
  title: (_, text: string) => `the head of ${JSON.stringify(text)} ends at its first empty line`,
  exec(t, text: string, sizeBytes: number) {
    t.is(readRequestHead(Buffer.from(text))?.sizeBytes, sizeBytes)
    for (let searched = 0; searched < sizeBytes; searched++) {
      t.is(readRequestHead(Buffer.from(text), searched)?.sizeBytes, sizeBytes)
    }
  },
})

test(endsAtFirst, 'GET / HTTP/1.1\n\nGET / HTTP/1.1\r\n\r\n', 16)
test(endsAtFirst, 'GET / HTTP/1.1\n\r\nbody\r\n\r\n', 17)
test(endsAtFirst, 'GET / HTTP/1.1\r\n\nbody\n\n', 17)
test(endsAtFirst, 'GET / HTTP/1.1\r\n\r\nbody\n\n', 18)

test('a body ends where its chunks or its length do, whatever the packets', t => {
  const chunks = Buffer.from('5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nTrailer: z\r\n\r\nGET')
  const cases = [
    [chunked, chunks, ''],
    [withLength('5'), Buffer.from('helloGET'), 'hello'],
    [withLength('0'), Buffer.from('GET'), ''],
    [readFraming([]), Buffer.from('GET'), ''],
    [readFraming([['Content_Length', ' 5']]), Buffer.from('GET'), ''],
    [readFraming([['Transfer_Encoding', ' chunked']]), Buffer.from('GET'), ''],
  ] as const
  for (const [headers, bytes, text] of cases) {
    for (let packetBytes = 1; packetBytes <= bytes.length; packetBytes++) {
      const body = openRequestBody(headers)
      let taken = 0
      while (!body.isComplete) {
        const packet = bytes.subarray(taken, taken + packetBytes)
        t.true(packet.length > 0)
        taken += body.take(packet)
      }
      t.is(bytes.toString('latin1', taken), 'GET')
      t.is(body.bytes.toString(), text)
    }
  }
})

test('of a long body the first 64 KiB are held, and all of it taken', t => {
  const sizeBytes = 3 * 2 ** 20 + 1
  const body = openRequestBody(withLength(String(sizeBytes)))
  const packet = Buffer.alloc(1000, 'x')
  let taken = 0
  while (!body.isComplete) taken += body.take(packet)
  t.is(taken, sizeBytes)
  t.is(body.bytes.length, 2 ** 16)
})

const throwsOnPackets = test.macro({
  title: (_, what: string) => `${what} is malformed`,
  exec(t, _: string, first: string, packet: string) {
    const body = openRequestBody(chunked)
    body.take(Buffer.from(first))
    const goOn = () => {
      for (let count = 0; count < 20_000; count++) body.take(Buffer.from(packet))
    }
    t.throws(goOn, { instanceOf: MalformedRequest })
  },
})

test(throwsOnPackets, 'a chunk size without end', '', '0')
test(throwsOnPackets, "a chunk's extension without end", '1;', 'x')
test(throwsOnPackets, 'a trailer without end', '0\r\nTrailer:', 'x')
test(throwsOnPackets, 'a body of trailers without end', '0\r\n', `T: ${'x'.repeat(1000)}\r\n`)
test(throwsOnPackets, 'a body of chunks without end', '', `400\r\n${'x'.repeat(1024)}\r\n`)
test(throwsOnPackets, 'one chunk that never comes to its end', 'ffffffff\r\n', 'x'.repeat(1024))
test(throwsOnPackets, 'something else than a chunk size', '', 'x\r\n')

const noLength = test.macro({
  title: (_, length: string) => `a length of "${length}" is malformed`,
  exec(t, length: string) {
    t.throws(() => openRequestBody(withLength(length)), { instanceOf: MalformedRequest })
  },
})

test(noLength, '')
test(noLength, '-1')
test(noLength, '0x10')
test(noLength, '9'.repeat(20))

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
    const reader = new AnswerReader(method)
    const read = reader.receive(bytes) ?? reader.end(false)
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
  true,
)
test(
  answers,
  'after its length in lines without carriage returns',
  'HTTP/1.1 404 Not Found\nContent-Length: 2\n\nok',
  'GET',
  'ok',
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
