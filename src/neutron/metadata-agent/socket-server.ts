import type { ReleaseName } from '../../topology/release-names.ts'
import { formatStatus } from '../../wsgi/status.ts'
import type { FoundInstance } from './find-instance.ts'
import type { NovaAnswer, NovaOutcome } from './nova-request.ts'
import { agentHas } from './release.ts'

/** How to unpack gzip; throws on bytes that are none. */
export type Gunzip = (body: Uint8Array) => Uint8Array

/**
 * The bytes that the socket-server agent (from 2025.1) sends for what nova said: nova's own status, headers and
 * body under a new Content-Length. Undefined where the agent's code fails and the connection closes without an
 * answer. Source: neutron/common/metadata.py.
 */
export function writeSocketAnswer(
  outcome: NovaOutcome,
  httpVersion: string,
  release: ReleaseName,
  gunzip: Gunzip,
): Uint8Array | undefined {
  if (outcome.kind === 'timeout') return undefined
  if (outcome.kind === 'unreachable') return writeOwnError('503 Service Unavailable', novaDown)
  const { answer } = outcome
  if (!passedOn.has(answer.status)) return undefined
  const unpacked = unpack(answer, gunzip)
  const encoding = findEncoding(answer.headers)
  if (unpacked === undefined || encoding === undefined) return undefined
  if (encoding === 'utf-8' && !isUtf8(unpacked)) return undefined
  return writePassedOn({ ...answer, body: unpacked }, httpVersion, release)
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
): Uint8Array {
  const dropped = new Set(['content-length', 'content-encoding'])
  if (agentHas(release, 'dropsTransferEncoding')) dropped.add('transfer-encoding')
  const kept = headers.filter(([name]) => !dropped.has(name.toLowerCase()))
  const lines = [...kept, ['Content-Length', String(body.length)]].map(line => line.join(': '))
  const head = [`${httpVersion} ${formatStatus(status)}`, ...lines].join('\r\n')
  // Only a 200 gets its header block ended when there is no body; haproxy makes a 502 of the others.
  const end = body.length > 0 || status === 200 ? '\r\n\r\n' : ''
  return Buffer.concat([Buffer.from(head + end, 'latin1'), body])
}

/** User data that is gzip by itself reaches the guest unpacked. */
function unpack({ body }: NovaAnswer, gunzip: Gunzip): Uint8Array | undefined {
  if (body[0] !== 0x1f || body[1] !== 0x8b || body[2] !== 0x08) return body
  try {
    return gunzip(body)
  } catch {
    return undefined
  }
}

/** What python-requests takes for the encoding; without one the agent cannot write the answer. */
function findEncoding(headers: NovaAnswer['headers']): 'utf-8' | 'latin1' | undefined {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1].toLowerCase()
  if (type === undefined) return undefined
  if (/charset=["']?utf-?8/.test(type) || /^application\/json\s*(;|$)/.test(type)) return 'utf-8'
  return type.startsWith('text/') || type.includes('charset=') ? 'latin1' : undefined
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8.decode(bytes)
    return true
  } catch {
    return false
  }
}

const passedOn = new Set([200, 400, 403, 404, 409, 500, 502, 503, 504])
const utf8 = new TextDecoder('utf-8', { fatal: true })
const novaDown = 'The remote metadata server is temporarily unavailable. Please try again later.'
