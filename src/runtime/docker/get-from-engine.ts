import { get as getByHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Connection } from './connection-to.ts'

/**
 * One question of Docker's API. Throws what Node.js throws where nothing answers HTTP, and an Error that names the
 * question where the answer is another than 200.
 */
export async function getFromEngine(
  connection: Connection,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly headers: IncomingHttpHeaders; readonly body: string }> {
  const response = await request(connection, path, signal)
  const body = await text(response)
  if (response.statusCode === 200) return { headers: response.headers, body }
  const { statusCode } = response
  const words = body.trim().slice(0, LONGEST_WORDS)
  throw Object.assign(new Error(`GET ${path}: HTTP ${statusCode} ${words}`.trim()), { statusCode })
}

const LONGEST_WORDS = 200

async function request(
  connection: Connection,
  path: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const isTls = 'protocol' in connection && connection.protocol === 'https'
  const get = isTls ? (await import('node:https')).get : getByHttp
  const options = { ...connection, protocol: isTls ? 'https:' : 'http:', path, signal }
  return new Promise((resolve, reject) => {
    // An agent of its own: a kept connection would keep the command waiting.
    get({ ...options, agent: false }, resolve).on('error', reject)
  })
}
