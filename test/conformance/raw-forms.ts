/** How a request is put into bytes, where its fields do not show it. */
export interface RawForm {
  /** The exchange's id; a word of it that says what was sent, or all of it. */
  readonly id: RegExp
  readonly write: (parts: RequestParts) => string
}

/** A request's parts, one character a byte. */
export interface RequestParts {
  readonly method: string
  readonly path: string
  readonly version: string
  /** `Host: 169.254.169.254` */
  readonly headers: readonly string[]
  readonly body: string
}

/** The request as its fields show it. */
export function writeRequest({ method, path, version, headers, body }: RequestParts): string {
  return `${method} ${path} ${version}\r\n${headers.map(header => `${header}\r\n`).join('')}\r\n${body}`
}

const chunked = 'Transfer-Encoding: chunked'
const hello = '5\r\nhello\r\n0\r\n\r\n'

/**
 * What was sent where the recorded fields do not say it, but the id does. An id that is not here was sent as its fields
 * show. Where more than one form has the name, the one that the recorded answer fits stands here.
 */
export const rawForms: readonly RawForm[] = [
  { id: /^HTTP\/0\.9$/, write: ({ method, path }) => `${method} ${path}\r\n\r\n` },
  { id: /^bare LF$/, write: parts => writeRequest(parts).replaceAll('\r\n', '\n') },
  { id: /^blank lines? first$/, write: parts => `\r\n\r\n${writeRequest(parts)}` },
  {
    id: /^two spaces in the request line$/,
    write: parts => writeRequest({ ...parts, path: ` ${parts.path} ` }),
  },
  {
    id: /^tabs? in the request line$/,
    write: parts => writeRequest(parts).replace(' ', '\t'),
  },
  { id: /^header without colon$/, write: withHeader('X-Without-Colon') },
  { id: /^space before colon$/, write: withHeader('X-Odd : value') },
  { id: /^no space after colon$/, write: withHeader('X-Odd:value') },
  { id: /^folded header$/, write: withHeader('X-Odd: one\r\n two') },
  { id: /^folded first header$/, write: parts => writeRequest(parts).replace('\r\n', '\r\n ') },
  { id: /^empty header name$/, write: withHeader(': value') },
  { id: /^space in a header name$/, write: withHeader('X Odd: value') },
  { id: /^NUL in a header$/, write: withHeader('X-Odd: one\0two') },
  { id: /^NUL in a header name$/, write: withHeader('X-O\0dd: value') },
  { id: /^(bare )?CR in a header$/, write: withHeader('X-Odd: one\rtwo') },
  { id: /^(bare )?LF in a header$/, write: withHeader('X-Odd: one\ntwo') },
  { id: /^Latin-1 in a header$/, write: withHeader('X-Odd: caf\xe9') },
  { id: /^UTF-8 in a header$/, write: withHeader('X-Odd: caf\xc3\xa9') },
  { id: /^Latin-1 in a header name$/, write: withHeader('X-\xe9: value') },
  {
    id: /^TLS hello$/,
    write: () =>
      '\x16\x03\x01\x00\x30\x01\x00\x00\x2c\x03\x03' +
      `${'\x5a'.repeat(32)}\x00\x00\x04\x13\x01\x13\x02\x01\x00`,
  },
  { id: /^(garbage|random bytes)$/, write: () => '\xff\xfe\x00\x01\x02\r\n\r\n' },
  // The answer is plain text, so no Accept was sent with these.
  { id: /^length and chunked$/, write: withFraming(['Content-Length: 5', chunked], hello) },
  { id: /^chunked and length$/, write: withFraming([chunked, 'Content-Length: 5'], hello) },
  { id: /^unknown transfer encoding$/, write: withFraming(['Transfer-Encoding: foo'], 'hello') },
  { id: /^chunked twice$/, write: withFraming([chunked, chunked], hello) },
  { id: /^bad chunk$/, write: withFraming([chunked], 'zz\r\nhello\r\n0\r\n\r\n') },
  {
    id: /^chunk extension$/,
    write: withFraming([chunked], '5;name=value\r\nhello\r\n0\r\n\r\n'),
  },
  {
    id: /^trailers?$/,
    write: withFraming([chunked], '5\r\nhello\r\n0\r\nX-Trailer: value\r\n\r\n'),
  },
  // These are answered when the proxy has lost its patience.
  { id: /\b(silent|nothing sent|says nothing)\b/, write: () => '' },
  {
    id: /\b(unfinished|half a) (request|head)/,
    write: parts => writeRequest({ ...parts, body: '' }).slice(0, -2),
  },
]

function withHeader(header: string): RawForm['write'] {
  return parts => writeRequest({ ...parts, headers: [...parts.headers, header] })
}

function withFraming(framing: readonly string[], body: string): RawForm['write'] {
  return parts => {
    const host = parts.headers.filter(header => /^host:/i.test(header))
    return writeRequest({ ...parts, headers: [...host, ...framing], body })
  }
}
