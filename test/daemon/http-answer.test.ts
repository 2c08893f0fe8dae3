import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import { MalformedAnswer } from '../../src/daemon/answer-head.ts'
import { AnswerReader } from '../../src/daemon/http-answer.ts'

interface Recorded {
  readonly method: string
  readonly connections: readonly (readonly unknown[])[]
}

const recorded: readonly Recorded[] = JSON.parse(
  readFileSync(new URL('../fixtures/upstream-recorded/exchanges.json', import.meta.url), 'utf8'),
)

test('however an answer is cut into packets, it is the same', t => {
  const streams = recorded.map(({ method, connections }) => {
    const texts = (connections[0] ?? []).filter(act => typeof act === 'string' && act !== 'hang')
    return { method, bytes: Buffer.from(texts.join(''), 'latin1') }
  })
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 8 })
  fc.assert(
    fc.property(fc.constantFrom(...streams), cuts, ({ method, bytes }, places) => {
      const expected = readInPackets(method, [bytes])
      t.deepEqual(readInPackets(method, cutAt(bytes, places)), expected)
      t.deepEqual(
        readInPackets(
          method,
          [...bytes].map(one => Buffer.from([one])),
        ),
        expected,
      )
    }),
    { numRuns: 100 },
  )
})

test('no bytes make reading an answer fail in another way', t => {
  const line = fc.constantFrom('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', 'Content-Length: 4')
  const text = fc.array(fc.oneof(line, fc.string({ unit: 'binary', maxLength: 12 })))
  fc.assert(
    fc.property(text, lines => {
      const bytes = Buffer.from(lines.join('\r\n'), 'latin1')
      t.notThrows(() => readInPackets('GET', [bytes]))
    }),
  )
})

const bodies = test.macro({
  title: (_, name: string) => `an answer of 64 MiB in small packets is read: ${name}`,
  exec(t, _: string, head: string, packet: Buffer, count: number, tail: string, size: number) {
    const reader = new AnswerReader('GET')
    reader.receive(Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`))
    for (let left = count; left > 0; left -= 1) reader.receive(packet)
    const read = tail === '' ? reader.end(false) : reader.receive(Buffer.from(tail))
    t.is(read?.answer.body.length, size)
  },
})

const packet = Buffer.alloc(2 ** 11, 'x')
const chunk = Buffer.concat([Buffer.from('800\r\n'), packet, Buffer.from('\r\n')])
const count = 2 ** 15
test(bodies, 'by length', `Content-Length: ${2 ** 26 + 1}`, packet, count, 'x', 2 ** 26 + 1)
test(bodies, 'by chunks', 'Transfer-Encoding: chunked', chunk, count, '0\r\n\r\n', 2 ** 26)
test(bodies, 'until it closes', 'Server: x', packet, count, '', 2 ** 26)

const heads = test.macro({
  title: (_, name: string) => name,
  exec(t, _: string, head: string, isRead: boolean) {
    const reader = new AnswerReader('GET')
    const read = () =>
      reader.receive(Buffer.from(`${head}\r\nContent-Length: 0\r\n\r\n`)) !== undefined
    if (isRead) t.true(read())
    else t.throws(read, { instanceOf: MalformedAnswer })
  },
})

const ok = 'HTTP/1.1 200 OK'
test(heads, 'a header of 65000 bytes is read', `${ok}\r\nX: ${'a'.repeat(65_000)}`, true)
test(heads, 'one of 65536 is not', `${ok}\r\nX: ${'a'.repeat(65_533)}`, false)
test(heads, 'nor is a status line of that length', `${ok}${'a'.repeat(65_536)}`, false)
test(heads, '99 headers are read', `${ok}${'\r\nX: a'.repeat(98)}`, true)
test(heads, '100 are not', `${ok}${'\r\nX: a'.repeat(99)}`, false)

test('a head without end is given up', t => {
  const reader = new AnswerReader('GET')
  const line = Buffer.from(`X: ${'a'.repeat(60_000)}\r\n`)
  reader.receive(Buffer.from(`${ok}\r\n`))
  t.throws(
    () => {
      for (let left = 200; left > 0; left -= 1) reader.receive(line)
    },
    { instanceOf: MalformedAnswer },
  )
})

/** What is read, without whether the connection serves another request: the bytes behind may be in the next packet. */
function readInPackets(method: string, packets: readonly Buffer[]) {
  const reader = new AnswerReader(method)
  try {
    for (const packet of packets) {
      const read = reader.receive(packet)
      if (read !== undefined) return { answer: read.answer, broken: read.broken }
    }
    const read = reader.end(false)
    return read === undefined ? 'none' : { answer: read.answer, broken: read.broken }
  } catch (error) {
    if (!(error instanceof MalformedAnswer)) throw error
    return 'malformed'
  }
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...places.filter(place => place < bytes.length)].sort((a, b) => a - b)
  return [0, ...sorted].map((start, index) => bytes.subarray(start, sorted[index]))
}
