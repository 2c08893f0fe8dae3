import type { MalformedRequest } from './http-request.ts'
import { tellDate } from './http-response.ts'
import { RequestLineTooLong, TooManyHeaders } from './request-reader.ts'

/**
 * What a peer gets for a request that is none: as eventlet writes it where a guest's proxy lets such a one through, which
 * is a long request line, HTTP/1.0 included, and a hundred headers (Python's http.server, on Debian 12).
 */
export function writeRefusal(error: MalformedRequest): string {
  if (error instanceof TooManyHeaders) return writeTooManyHeaders(error.method)
  return error instanceof RequestLineTooLong ? uriTooLong : badRequest
}

function writeTooManyHeaders(method: string): string {
  const type = `Content-Type: text/html;charset=utf-8\r\nContent-Length: ${tooManyHeaders.length}`
  const server = `Server: BaseHTTP/0.6 Python/3.11.2\r\nDate: ${tellDate()}\r\nConnection: close`
  const head = `HTTP/1.1 431 Too many headers\r\n${server}\r\n${type}\r\n\r\n`
  return method === 'HEAD' ? head : head + tooManyHeaders
}

const tooManyHeaders = `<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: 431</p>
        <p>Message: Too many headers.</p>
        <p>Error code explanation: 431 - got more than 100 headers.</p>
    </body>
</html>
`
const badRequest = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'
const uriTooLong =
  'HTTP/1.0 414 Request URI Too Long\r\nConnection: close\r\nContent-length: 0\r\n\r\n'
