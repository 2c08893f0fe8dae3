import type { Unpack } from '../neutron/metadata-agent/socket-server.ts'

/** Loaded when the first packed body comes, which most labs never see. */
const zlib = () => process.getBuiltinModule('node:zlib')

/** As WebOb unpacks (Response.decode_content): to the end, and nothing but zeros behind it. */
export const unpackWhole: Unpack = {
  gzip(body) {
    if (body.length === 0) return body
    const { buffer, engine } = zlib().gunzipSync(body, { info: true }) as unknown as Unpacked
    if (body.subarray(engine.bytesWritten).some(byte => byte !== 0)) throw new Error('not gzip')
    return buffer
  },
  deflate: inflate,
}

interface Unpacked {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

/**
 * A body as python-requests gives it, by its Content-Encoding: as far as it comes, whatever stands behind it. An
 * encoding that it does not know leaves it as it is. Throws on what cannot be unpacked.
 */
export function unpackByEncoding(body: Buffer, encoding: string, knowsXGzip: boolean): Buffer {
  const names = encoding.toLowerCase().split(',')
  const known = knowsXGzip ? ['gzip', 'x-gzip', 'deflate'] : ['gzip', 'deflate']
  const isKnown = names.some(name => known.includes(names.length > 1 ? name.trim() : name))
  if (!isKnown || body.length === 0) return body
  return names.reduceRight((bytes, name) => unpackOnce(bytes, name.trim()), body)
}

/** urllib3 takes for deflate whatever stands in a list and is not gzip. */
function unpackOnce(body: Buffer, name: string): Buffer {
  const isGzip = name === 'gzip' || name === 'x-gzip'
  return isGzip ? zlib().gunzipSync(body, asFarAsItComes()) : inflate(body, asFarAsItComes())
}

/** RFC 9110 says zlib's format, and some servers send it bare. */
function inflate(body: Uint8Array, options = {}): Buffer {
  try {
    return zlib().inflateSync(body, options)
  } catch {
    return zlib().inflateRawSync(body, options)
  }
}

function asFarAsItComes() {
  return { finishFlush: zlib().constants.Z_SYNC_FLUSH }
}
