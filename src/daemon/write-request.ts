export interface WritableRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/** The bytes of a request, in one piece, since the socket-server agent reads no more than the first. */
export function writeRequest({ method, target, headers, body }: WritableRequest): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`, 'latin1')
  return body.length === 0 ? head : Buffer.concat([head, body])
}
