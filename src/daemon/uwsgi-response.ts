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

/** Debian's closes always. A client that asks for it, as the agent does, is spared a connection for each request. */
export function isKeptAliveByUwsgi({ headers }: HttpRequest): boolean {
  return headers.get('connection')?.trim().toLowerCase() === 'keep-alive'
}
