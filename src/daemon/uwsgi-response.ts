import type { Answer } from '../wsgi/answer.ts'
import { formatStatus } from '../wsgi/status.ts'
import type { HttpRequest } from './http-connection.ts'
import { joinBody, writeResponse } from './http-response.ts'

/**
 * uwsgi with Debian's nova-api-metadata-uwsgi.ini, whose `rem-header = Content-Length` leaves no header but the type:
 * the protocol of the request comes back as it was written, and the answer ends where the connection does.
 */
export function writeUwsgiResponse(
  answer: Answer,
  request: HttpRequest,
  keepAlive: boolean,
): Buffer {
  if (keepAlive) return writeResponse(answer, request, keepAlive)
  const type = answer.contentType === null ? '' : `Content-Type: ${answer.contentType}\r\n`
  const head = `${request.version} ${formatStatus(answer.status)}\r\n${type}\r\n`
  return joinBody(head, answer, request.method)
}

/**
 * Debian's closes always. A client that asks for it, as the agent does, is spared a connection for each GET. The agent
 * uses none twice after anything else, and then nova must be the one to close: the side that does holds the pair of ports
 * for a minute, and the agent's are soon used up, while nova's is always the same (RFC 9293, TIME-WAIT).
 */
export function isKeptAliveByUwsgi({ method, headers, body }: HttpRequest): boolean {
  if (method !== 'GET' || body.length > 0) return false
  return headers.get('connection')?.trim().toLowerCase() === 'keep-alive'
}
