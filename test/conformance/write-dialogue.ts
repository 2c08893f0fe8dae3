import { type Exchange, requestBody, type Turns } from '../golden/exchange.ts'
import type { Dialogue, Turn } from './converse.ts'
import { type RequestParts, rawForms, writeRequest } from './raw-forms.ts'

/** What is sent for an exchange, byte for byte as it was when it was recorded. */
export function writeExchange(exchange: Exchange): Turn[] {
  const parts = partsOf(exchange)
  const form = rawForms.find(({ id }) => id.test(exchange.id))
  const text = (form?.write ?? writeRequest)(parts)
  return [{ bytes: Buffer.from(text, 'latin1'), methods: [exchange.method] }]
}

/** Several requests on one connection, each sent when the one before is answered, or all at once. */
export function writeTurns({ id, answers }: Turns): Turn[] {
  if (typeof answers !== 'number') return answers.map(([path]) => makeTurn([path]))
  // As many answers as requests, where the id does not say how many were sent.
  const said = numerals.findIndex(numeral => id.split(/\W+/).includes(numeral)) + 1
  return [makeTurn(Array.from({ length: said || answers }, () => pipelinedPath))]
}

const numerals = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

/** The recording says how many were sent, and not for what. */
const pipelinedPath = '/latest/meta-data/hostname'

function makeTurn(paths: readonly string[]): Turn {
  const requests = paths.map(path =>
    writeRequest({ method: 'GET', path, version: 'HTTP/1.1', headers: recorderHeaders, body: '' }),
  )
  return { bytes: Buffer.from(requests.join('')), methods: paths.map(() => 'GET') }
}

const recorderHeaders = ['Host: 169.254.169.254', 'User-Agent: peer-recorder', 'Accept: */*']

function partsOf(exchange: Exchange): RequestParts {
  const { method, path, version = 'HTTP/1.1', request_headers } = exchange
  return {
    method,
    path: oneCharacterAByte(path),
    version,
    headers: request_headers.map(([name, value]) => oneCharacterAByte(`${name}: ${value}`)),
    body: frameBody(exchange).toString('latin1'),
  }
}

/** Latin-1 where that has the characters, as Python's http.client does it, else UTF-8. */
function oneCharacterAByte(text: string): string {
  return /^[\0-\xff]*$/.test(text) ? text : Buffer.from(text).toString('latin1')
}

function frameBody(exchange: Exchange): Buffer {
  const body = requestBody(exchange)
  const isChunked = exchange.request_headers.some(
    ([name, value]) => name.toLowerCase() === 'transfer-encoding' && value === 'chunked',
  )
  if (!isChunked) return body
  const end = Buffer.from('0\r\n\r\n')
  if (body.length === 0) return end
  return Buffer.concat([
    Buffer.from(`${body.length.toString(16)}\r\n`),
    body,
    Buffer.from('\r\n'),
    end,
  ])
}

/** How long a dialogue may take: what was recorded of it, and patience for a machine that is busy. */
export function limitOf(seconds: number | undefined): Pick<Dialogue, 'limitMs'> {
  return { limitMs: ((seconds ?? 0) + PATIENCE_SECONDS) * 1000 }
}

const PATIENCE_SECONDS = 20
