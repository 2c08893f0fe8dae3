import type { ReleaseName } from '../../topology/release-names.ts'
import { findHeader } from '../../wsgi/find-header.ts'
import { formatStatus } from '../../wsgi/status.ts'
import { encodeAnswer } from './answer-text.ts'
import { novaDown } from './explanations.ts'
import type { FoundInstance } from './find-instance.ts'
import type { NovaAnswer, NovaOutcome } from './nova-request.ts'
import { agentHas } from './release.ts'

/** WebOb's ways to unpack a body; each throws on bytes that it cannot unpack to their end. */
export interface Unpack {
  gzip(body: Uint8Array): Uint8Array
  deflate(body: Uint8Array): Uint8Array
}

/**
 * The bytes that the socket-server agent (from 2025.1) sends for what nova said: nova's own status, headers and
 * body under a new Content-Length. Undefined where the agent's code fails and the connection closes without an
 * answer. Source: neutron/common/metadata.py.
 */
export function writeSocketAnswer(
  outcome: NovaOutcome,
  httpVersion: string,
  release: ReleaseName,
  unpack: Unpack,
): Uint8Array | undefined {
  if (outcome.kind === 'failed') return undefined
  if (outcome.kind === 'unreachable') return writeOwnError('503 Service Unavailable', novaDown)
  if (!passedOn.has(outcome.answer.status)) return undefined
  const unpacked = unpackAnswer(outcome.answer, release, unpack)
  return unpacked && writePassedOn(unpacked, httpVersion, release)
}

/** The agent's own error for a request without an instance; a guest reads HTML under a plain type. */
export function writeNoInstance(found: FoundInstance & { kind: 'none' | 'both' }): Uint8Array {
  const title = found.kind === 'both' ? '400 Bad Request' : '404 Not Found'
  return writeOwnError(title, explainNoInstance(found))
}

/** What the guest reads, and the agent's log too. */
export function explainNoInstance(found: FoundInstance & { kind: 'none' | 'both' }): string {
  const { networkId, routerId } = found
  if (found.kind === 'both') return `Both network ${networkId} and router ${routerId} defined.`
  const where = networkId === '' ? `router ${routerId}` : `network ${networkId}`
  return `Instance was not found on ${where}.`
}

/** Lines end in LF alone. The length counts characters, as the original does. */
function writeOwnError(title: string, message: string): Uint8Array {
  const head = `<html>\n <head>\n  <title>${title}</title>\n </head>\n <body>\n  <h1>${title}</h1>\n`
  const body = `${head}  ${message}<br /><br />\n\n\n </body>\n</html>`
  const type = 'Content-Type: text/plain; charset=UTF-8\nConnection: close'
  return Buffer.from(`HTTP/1.1 ${title}\n${type}\nContent-Length: ${body.length}\n\n${body}`)
}

function writePassedOn(
  { status, headers, body }: NovaAnswer,
  httpVersion: string,
  release: ReleaseName,
): Uint8Array | undefined {
  const contentType = findHeader(headers, 'content-type')
  if (!contentType) return undefined
  const dropped = agentHas(release, 'dropsTransferEncoding') ? bothFramings : length
  const kept = headers.filter(([name]) => !dropped.has(name.toLowerCase()))
  const lines = [...kept, ['Content-Length', String(body.length)]].map(line => line.join(': '))
  const head = [`${httpVersion} ${formatStatus(status)}`, ...lines].join('\r\n')
  // Only a 200 gets its header block ended when there is no body; haproxy makes a 502 of the others.
  const end = body.length > 0 || status === 200 ? '\r\n\r\n' : ''
  return encodeAnswer(head + end, body, contentType)
}

/**
 * User data that is gzip by itself reaches the guest unpacked. python-requests has unpacked a body of nova's server
 * already, and leaves its Content-Encoding in place: releases that take that at its word cannot unpack it again.
 */
function unpackAnswer(
  answer: NovaAnswer,
  release: ReleaseName,
  unpack: Unpack,
): NovaAnswer | undefined {
  const named = findHeader(answer.headers, 'content-encoding') ?? ''
  const encoding = bodyEncoding(answer.body, named, release)
  const hasUnpacked = encoding !== 'gzip' && encoding !== 'deflate'
  if (hasUnpacked && encoding === named) return answer
  const headers = answer.headers.filter(([name]) => name.toLowerCase() !== 'content-encoding')
  if (hasUnpacked) return { ...answer, headers }
  try {
    return { ...answer, headers, body: unpack[encoding](answer.body) }
  } catch {
    return undefined
  }
}

/** What is taken for a body's encoding: empty for none, else as WebOb knows it or not. */
function bodyEncoding(body: Uint8Array, named: string, release: ReleaseName): string {
  const isGzip = body[0] === 0x1f && body[1] === 0x8b && body[2] === 0x08
  if (!agentHas(release, 'knowsUnpacked')) return named === '' && isGzip ? 'gzip' : named
  if (isGzip) return 'gzip'
  return named === 'gzip' || named === 'deflate' ? '' : named
}

const length = new Set(['content-length'])
const bothFramings = new Set(['content-length', 'transfer-encoding'])
const passedOn = new Set([200, 400, 403, 404, 409, 500, 502, 503, 504])
