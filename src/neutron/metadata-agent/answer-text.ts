import { Buffer, isUtf8 } from 'node:buffer'

/**
 * Puts head and body of an answer on the wire as the socket server does: WebOb decodes the body, which becomes text behind
 * the head, and all of it is encoded with what python-requests takes for the encoding. Undefined where one of the two
 * cannot be done. Without a charset WebOb takes UTF-8, and requests ISO-8859-1 for a text type, so that a body may end up
 * with fewer bytes than its length says.
 */
export function encodeAnswer(
  head: string,
  body: Uint8Array,
  contentType: string,
): Uint8Array | undefined {
  const encoding = requestsEncoding(contentType)
  const charset = codecOf(/;\s*charset=([^;]*)/i.exec(contentType)?.[1] ?? 'utf-8')
  if (encoding === undefined || charset === undefined || !isIn(charset, body)) return undefined
  const wire = Buffer.from(head, encoding === 'utf-8' ? 'utf8' : 'latin1')
  if (charset === encoding || isAscii(body)) return Buffer.concat([wire, body])
  const text = decode(charset, body)
  if (encoding === 'utf-8') return Buffer.concat([wire, Buffer.from(text)])
  const isLatin1 = encoding === 'latin1' && ![...text].some(character => character > '\xff')
  return isLatin1 ? Buffer.concat([wire, Buffer.from(text, 'latin1')]) : undefined
}

/** utils.get_encoding_from_headers of python-requests. */
function requestsEncoding(contentType: string): string | undefined {
  const [type = '', ...parameters] = contentType.split(';')
  const charset = parameters.map(readParameter).findLast(({ key }) => key === 'charset')
  if (charset !== undefined) return codecOf(charset.value)
  if (type.includes('text')) return 'latin1'
  return type.includes('application/json') ? 'utf-8' : undefined
}

function readParameter(parameter: string): { readonly key: string; readonly value: string } {
  const [key = '', ...value] = parameter.split('=')
  return { key: strip(key).toLowerCase(), value: strip(value.join('=')) }
}

function strip(text: string): string {
  return text.replace(/^[\s"']+|[\s"']+$/g, '')
}

/** One name for each of Python's encodings that keep ASCII as it is; undefined for others, which no HTTP head is read in. */
function codecOf(name: string): string | undefined {
  const plain = strip(name).toLowerCase().replace(/[ _]/g, '-')
  const known = codecs[plain]
  if (known !== undefined) return known
  try {
    const { encoding } = new TextDecoder(plain)
    return encoding.startsWith('utf-16') ? undefined : encoding
  } catch {
    return undefined
  }
}

const codecs: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  latin1: 'latin1',
  'latin-1': 'latin1',
  'iso-8859-1': 'latin1',
  'iso8859-1': 'latin1',
  ascii: 'ascii',
  'us-ascii': 'ascii',
}

function isIn(codec: string, body: Uint8Array): boolean {
  if (codec === 'utf-8') return isUtf8(body)
  if (codec === 'latin1') return true
  return codec === 'ascii' ? isAscii(body) : isDecodable(codec, body)
}

function isAscii(body: Uint8Array): boolean {
  return body.every(byte => byte < 0x80)
}

function isDecodable(codec: string, body: Uint8Array): boolean {
  try {
    decode(codec, body)
    return true
  } catch {
    return false
  }
}

function decode(codec: string, body: Uint8Array): string {
  if (codec === 'latin1') return Buffer.from(body).toString('latin1')
  return new TextDecoder(codec, { fatal: true, ignoreBOM: true }).decode(body)
}
