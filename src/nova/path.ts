import { Memory } from '../wsgi/memory.ts'
import { UnhandledFailure } from './failure.ts'

/**
 * PATH_INFO of a request target as uwsgi makes it: without the scheme and host of an absolute one, the query and the
 * fragment, dot segments and empty ones resolved before the escapes are decoded. Paste's urlmap, which stands between
 * the two, makes one slash of several, so that nova never sees the two in front that POSIX keeps. Throws
 * UnhandledFailure where the result is not UTF-8 or has no slash in front, which nova does not expect.
 */
export function readPathInfo(target: string): string {
  return known.recall(target, decodePathInfo)
}

function decodePathInfo(target: string): string {
  const path = target.replace(/[?#].*$/s, '').replace(/^https?:\/\/[^/]*/, '')
  const bytes = unescapePercent(Buffer.from(resolveSegments(path), 'latin1'))
  const pathInfo = decodeUtf8(bytes)
  if (pathInfo !== '' && !pathInfo.startsWith('/')) throw new UnhandledFailure('no slash in front')
  return pathInfo.replace(/\/{2,}/g, '/')
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new UnhandledFailure('the path is not UTF-8')
  }
}

/** `posixpath.normpath` of what PATH_INFO holds; the root for an empty one. */
export function normalisePath(pathInfo: string): string {
  const kept: string[] = []
  for (const segment of pathInfo.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}`
}

/**
 * A leading `..` leaves nothing at all, so `/..` is not `/` when nova asks whether it is the root. A path without a slash
 * in front gets one when its first segment goes.
 */
function resolveSegments(path: string): string {
  if (path === '') return ''
  const isRooted = path.startsWith('/')
  const [first, ...others] = path.split('/')
  const segments = isRooted ? others : [first, ...others]
  const last = segments.at(-1)
  const kept: (string | undefined)[] = []
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const keepsFirst = !isRooted && kept[0] === first && first !== ''
  if (last === '' || last === '.' || (last === '..' && isRooted && segments.length > 1))
    kept.push('')
  if (last === '..' && kept.length === 0) return ''
  return keepsFirst ? kept.join('/') : `/${kept.join('/')}`
}

/** `%%` is a percent sign, an escape cut short vanishes, and what is not hexadecimal counts as zero. */
function unescapePercent(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(percent)) return bytes
  const decoded: number[] = []
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    if (byte !== percent) decoded.push(byte)
    else if (bytes[index + 1] === percent) decoded.push(bytes[++index] ?? 0)
    else if (index + 2 < bytes.length) {
      decoded.push(readHex(bytes[index + 1]) * 16 + readHex(bytes[index + 2]))
      index += 2
    } else break
  }
  return Uint8Array.from(decoded)
}

function readHex(byte = 0): number {
  const digit = Number.parseInt(String.fromCharCode(byte), 16)
  return Number.isNaN(digit) ? 0 : digit
}

const percent = 0x25
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** A guest asks for the same few paths again and again. */
const known = new Memory<string>()
