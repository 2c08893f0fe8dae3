import { comparable, type Exchange, recordedAnswer, type Turns } from '../golden/exchange.ts'
import { cutAs } from '../golden/restore-cut.ts'
import type { Heard, Turn } from './converse.ts'
import { type Difference, differ } from './difference.ts'
import { findHeader, type RawAnswer, readAnswers } from './read-answers.ts'

/** How an answer compares with the recorded one. */
export interface Comparison {
  /** Of status, content type and body. */
  readonly main: readonly Difference[]
  /** Of all else that was recorded: reason phrase, HTTP version, headers in their order, the connection's end, time. */
  readonly more: readonly Difference[]
}

/** Compares what was heard with an exchange. */
export function compareExchange(
  exchange: Exchange,
  turns: readonly Turn[],
  heard: Heard,
): Comparison {
  const { answers, rest } = readAnswers(heard.bytes, methodsOf(turns), hasEnded(heard))
  const [answer] = answers
  if (exchange.status === null) return compareWithNone(exchange, heard)
  if (answer === undefined) return { main: [noAnswer(String(exchange.status), heard)], more: [] }
  const recorded = recordedAnswer(exchange)
  const lab = comparable(exchange, {
    status: answer.status,
    contentType: findHeader(answer.headers, 'content-type') ?? null,
    body: Buffer.concat([answer.body, rest]),
  })
  return {
    main: [
      ...differ('status', `${recorded.status}`, `${lab.status}`),
      ...differ('content type', recorded.contentType ?? '(none)', lab.contentType ?? '(none)'),
      ...differ('body', recorded.body, cutAs(recorded.body, lab.body)),
    ],
    more: [
      ...differ('reason phrase', exchange.reason, answer.reason),
      ...differ('HTTP version', exchange.http ?? '', answer.http),
      ...differ('headers', showHeaders(exchange.headers), showHeaders(answer.headers)),
      ...differ('connection', tellEnd(exchange.closes === true), tellEnd(answer.closes)),
      ...compareEnd(answer, exchange.method, heard),
      ...compareSeconds(exchange, heard),
    ],
  }
}

/** Compares what was heard with the answers to several requests on one connection. */
export function compareTurns({ answers }: Turns, turns: readonly Turn[], heard: Heard): Comparison {
  const lab = readAnswers(heard.bytes, methodsOf(turns), hasEnded(heard)).answers
  const count = typeof answers === 'number' ? answers : answers.length
  const wanted = typeof answers === 'number' ? [] : answers
  return {
    main: [
      ...differ('answers', String(count), String(lab.length)),
      ...wanted.flatMap(([, status, , start], index) => [
        ...differ(`status ${index + 1}`, String(status), String(lab[index]?.status)),
        ...differ(`body ${index + 1}`, start, startOf(lab[index], start)),
      ]),
    ],
    more: wanted.flatMap(([, , closes], index) =>
      differ(`connection ${index + 1}`, tellEnd(closes), tellEnd(lab[index]?.closes === true)),
    ),
  }
}

function methodsOf(turns: readonly Turn[]): string[] {
  return turns.flatMap(({ methods }) => methods)
}

function hasEnded({ end }: Heard): boolean {
  return end === 'closed' || end === 'reset'
}

function noAnswer(recorded: string, { bytes, end, seconds }: Heard): Difference {
  const said = bytes.length === 0 ? 'nothing' : JSON.stringify(bytes.toString('latin1', 0, 80))
  return { what: 'status', recorded, lab: `${said}, then ${end} after ${seconds.toFixed(1)} s` }
}

function compareWithNone({ reason }: Exchange, heard: Heard): Comparison {
  const isNone = heard.bytes.length === 0 && hasEnded(heard)
  if (!isNone) return { main: [noAnswer('none', heard)], more: [] }
  const lab = heard.end === 'reset' ? 'ConnectionResetError' : 'RemoteDisconnected'
  return { main: [], more: differ('reason phrase', reason, lab) }
}

/** Recorded without Date, which is another at each time. */
function showHeaders(headers: RawAnswer['headers']): string {
  return headers
    .filter(([name]) => name.toLowerCase() !== 'date')
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

function tellEnd(closes: boolean): string {
  return closes ? 'ends with the answer' : 'is kept'
}

/** Whether what the head says of the connection is what then happened; of a HEAD without a length it says nothing. */
function compareEnd({ closes, headers }: RawAnswer, method: string, { end }: Heard): Difference[] {
  const isUntold = method === 'HEAD' && findHeader(headers, 'content-length') === undefined
  return isUntold ? [] : differ('connection’s end', closes ? 'closed' : 'kept', end)
}

/** As long as recorded, where that was worth writing down. */
function compareSeconds({ seconds }: Exchange, heard: Heard): Difference[] {
  if (seconds === undefined) return []
  const isNear = Math.abs(seconds - heard.seconds) < Math.max(1.5, seconds / 10)
  return isNear ? [] : differ('seconds', seconds.toFixed(1), heard.seconds.toFixed(1))
}

/** The recording has the first characters of a body. */
function startOf(answer: RawAnswer | undefined, recorded: string): string {
  const body = answer?.body.toString('utf8') ?? '(no answer)'
  return recorded.length < RECORDED_START ? body : body.slice(0, recorded.length)
}

const RECORDED_START = 60
