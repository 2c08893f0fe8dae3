import type { Answer } from '../wsgi/answer.ts'
import { formatStatus } from '../wsgi/status.ts'

/** The bytes of an answer as eventlet's server sends it; for HEAD the length stands and the body is left out. */
export function writeResponse(
  answer: Answer,
  { method, version }: { readonly method: string; readonly version: string },
  keepAlive: boolean,
): Buffer {
  const type = answer.contentType === null ? '' : `Content-Type: ${answer.contentType}\r\n`
  const length = `Content-Length: ${answer.body.length}\r\n`
  const ordered = answer.lengthFirst ? length + type : type + length
  const kept = version === 'HTTP/1.0' ? 'Connection: keep-alive\r\n' : ''
  const connection = keepAlive ? kept : 'Connection: close\r\n'
  const status = formatStatus(answer.status)
  const head = `HTTP/1.1 ${status}\r\n${ordered}Date: ${tellDate()}\r\n${connection}\r\n`
  return joinBody(head, answer, method)
}

/** A head and its body, which HEAD leaves out. */
export function joinBody(head: string, { body }: Answer, method: string): Buffer {
  const headSize = head.length
  const bodySize = method === 'HEAD' ? 0 : body.length
  const bytes = Buffer.allocUnsafe(headSize + bodySize)
  bytes.write(head, 'latin1')
  if (bodySize > 0) bytes.set(body, headSize)
  return bytes
}

/** For `Date`. Formatting one costs more than the rest of the head, so one serves for its second. */
export function tellDate(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== toldSecond) {
    toldSecond = second
    toldDate = new Date(second * 1000).toUTCString()
  }
  return toldDate
}

let toldSecond = Number.NaN
let toldDate = ''
