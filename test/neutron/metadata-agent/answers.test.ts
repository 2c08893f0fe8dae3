import { gzipSync } from 'node:zlib'
import test from 'ava'
import { unpackWhole } from '../../../src/daemon/unpack-body.ts'
import type { NovaOutcome } from '../../../src/neutron/metadata-agent/nova-request.ts'
import {
  writeNoInstance,
  writeSocketAnswer,
} from '../../../src/neutron/metadata-agent/socket-server.ts'
import { answerWsgi } from '../../../src/neutron/metadata-agent/wsgi.ts'
import type { ReleaseName } from '../../../src/topology/release-names.ts'
import { foldEventletHeaders } from '../../../src/wsgi/headers.ts'

const textType = [['Content-Type', 'text/plain; charset=UTF-8']] as const

type Said = number | 'unreachable' | 'failed'

const wsgi = test.macro({
  title: (_, release: ReleaseName, said: Said, status: number, length: number) =>
    `WSGI agent of ${release}: nova's ${said} is a ${status} of ${length} bytes`,
  exec(t, release: ReleaseName, said: Said, status: number, length: number) {
    const headers = foldEventletHeaders([['Accept', '*/*']])
    const request = { method: 'GET', pathInfo: '/', query: '', headers, body: Buffer.alloc(0) }
    const answer = answerWsgi(request, toOutcome(said), release)
    t.like(answer, { status })
    t.is(answer.body.length, length)
  },
})

test(wsgi, 'havana', 400, 500, 207)
test(wsgi, 'icehouse', 400, 500, 207)
test(wsgi, 'juno', 400, 400, 223)
test(wsgi, 'zed', 200, 200, 4)
test(wsgi, 'zed', 400, 400, 223)
test(wsgi, 'zed', 403, 403, 157)
test(wsgi, 'zed', 404, 404, 154)
test(wsgi, 'zed', 409, 409, 178)
test(wsgi, 'zed', 500, 500, 206)
test(wsgi, 'zed', 502, 500, 207)
test(wsgi, 'zed', 503, 500, 207)
test(wsgi, 'zed', 204, 500, 207)
test(wsgi, 'zed', 'unreachable', 500, 207)
test(wsgi, '2023.2', 'unreachable', 500, 207)
test(wsgi, '2024.1', 'unreachable', 503, 220)
test(wsgi, '2024.2', 502, 502, 138)
test(wsgi, '2024.2', 503, 503, 212)
test(wsgi, '2024.2', 504, 504, 160)
test(wsgi, '2024.2', 429, 500, 207)
test(wsgi, '2024.2', 'failed', 500, 207)

test('up to Havana every answer is text/html, whatever nova says', t => {
  const headers = foldEventletHeaders([])
  const request = { method: 'GET', pathInfo: '/', query: '', headers, body: Buffer.alloc(0) }
  const typeOf = (release: ReleaseName) => {
    const outcome = toOutcome(200, [['Content-Type', 'application/json']])
    return answerWsgi(request, outcome, release).contentType
  }
  t.is(typeOf('havana'), 'text/html; charset=UTF-8')
  t.is(typeOf('icehouse'), 'application/json')
})

const closes = test.macro({
  title: (_, name: string) => `socket server: ${name} closes without an answer`,
  exec(t, _: string, outcome: NovaOutcome) {
    t.is(writeSocketAnswer(outcome, 'HTTP/1.1', '2026.1', unpackWhole), undefined)
  },
})

test(closes, 'a slow nova', toOutcome('failed'))
test(closes, 'a 204', toOutcome(204))
test(closes, 'a 429', toOutcome(429))
test(closes, 'an answer without a type', toOutcome(200, []))
test(closes, 'a type that is not text', toOutcome(200, [['Content-Type', 'image/png']]))
test(closes, 'text that is not UTF-8', toOutcome(200, textType, Buffer.from([0xff])))
test(closes, 'broken gzip', toOutcome(200, textType, Buffer.from([0x1f, 0x8b, 8, 1])))

const passes = test.macro({
  title: (_, name: string) => `socket server: ${name}`,
  exec(t, _: string, outcome: NovaOutcome, release: ReleaseName, bytes: string) {
    const written = writeSocketAnswer(outcome, 'HTTP/1.1', release, unpackWhole)
    t.is(Buffer.from(written ?? '').toString('latin1'), bytes)
  },
})

test(
  passes,
  "nova's headers go along in their order, the length last",
  toOutcome(404, [['Content-Length', '4'], ...textType, ['Date', 'now']]),
  '2026.1',
  'HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=UTF-8\r\nDate: now\r\nContent-Length: 4\r\n\r\nbody',
)
test(
  passes,
  'gzip is unpacked on the way',
  toOutcome(200, textType, gzipSync('hello')),
  '2025.1',
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: 5\r\n\r\nhello',
)
test(
  passes,
  'an empty 200 has its head ended',
  toOutcome(200, textType, Buffer.alloc(0)),
  '2026.1',
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: 0\r\n\r\n',
)
test(
  passes,
  'an empty 404 has not, which haproxy makes a 502 of',
  toOutcome(404, textType, Buffer.alloc(0)),
  '2026.1',
  'HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: 0',
)
test(
  passes,
  'Transfer-Encoding stays until 2026.1',
  toOutcome(200, [...textType, ['Transfer-Encoding', 'chunked']]),
  '2025.2',
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nbody',
)

const owns = test.macro({
  title: (_, status: string, length: number) =>
    `socket server's own ${status} says ${length} bytes`,
  exec(t, status: string, length: number, bytes: Uint8Array | undefined) {
    const [head = '', body = ''] = Buffer.from(bytes ?? '')
      .toString()
      .split('\n\n<html>')
    const type = 'Content-Type: text/plain; charset=UTF-8\nConnection: close'
    t.is(head, `HTTP/1.1 ${status}\n${type}\nContent-Length: ${length}`)
    t.is(`<html>${body}`.length, length)
  },
})

const networkId = 'a0000000-0000-4000-8000-00000000000a'
const routerId = 'f0000000-0000-4000-8000-00000000000f'
const down = writeSocketAnswer(toOutcome('unreachable'), 'HTTP/1.1', '2026.1', unpackWhole)
test(owns, '404 Not Found', 192, writeNoInstance({ kind: 'none', networkId, routerId: '' }))
test(owns, '404 Not Found', 191, writeNoInstance({ kind: 'none', networkId: '', routerId }))
test(owns, '400 Bad Request', 231, writeNoInstance({ kind: 'both', networkId, routerId }))
test(owns, '503 Service Unavailable', 219, down)

function toOutcome(
  said: Said,
  headers: readonly (readonly [string, string])[] = textType,
  body = Buffer.from('body'),
): NovaOutcome {
  if (typeof said === 'string') return { kind: said, reason: 'said so' }
  return { kind: 'answer', answer: { status: said, headers, body } }
}
