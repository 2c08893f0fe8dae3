/**
 * The target with which the agent asks nova, from the decoded path and the query: as python-requests and urllib3
 * write it, dot segments resolved and everything unusual escaped. The path is decoded a second time by nova, so a
 * question mark or an escape that came escaped has its meaning again. Undefined where the path is not UTF-8.
 */
export function writeNovaTarget(pathInfo: string, query: string): string | undefined {
  if (simple.test(pathInfo) && query === '') return removeDotSegments(pathInfo)
  const path = decodeUtf8(pathInfo)
  if (path === undefined) return undefined
  const slashed = path === '' || path.startsWith('/') ? path : `/${path}`
  const [beforeFragment = ''] = `${slashed}${query === '' ? '' : `?${query}`}`.split('#', 1)
  const mark = beforeFragment.indexOf('?')
  const bare = mark < 0 ? beforeFragment : beforeFragment.slice(0, mark)
  const rest = mark < 0 ? '' : beforeFragment.slice(mark + 1)
  const target = escapeUnusual(removeDotSegments(bare), pathCharacters) || '/'
  return rest === '' ? target : `${target}?${escapeUnusual(rest, queryCharacters)}`
}

function removeDotSegments(path: string): string {
  if (!path.includes('/.')) return path
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  if (path.startsWith('/') && kept[0] !== '') kept.unshift('')
  if (path.endsWith('/.') || path.endsWith('/..')) kept.push('')
  return kept.join('/')
}

/** Percent signs stay where every one of them begins an escape; else all are escaped. */
function escapeUnusual(text: string, allowed: RegExp): string {
  const escapes = text.match(/%[0-9a-f]{2}/gi) ?? []
  const keepPercent = escapes.length === (text.match(/%/g) ?? []).length
  return Buffer.from(text)
    .toString('latin1')
    .replace(/./gs, byte => {
      if (allowed.test(byte) || (byte === '%' && keepPercent)) return byte
      return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
    })
}

function decodeUtf8(latin1: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(latin1, 'latin1'))
  } catch {
    return undefined
  }
}

const simple = /^\/[\w./-]*$/
const pathCharacters = /[\w.~!$&'()*+,;=:@/-]/
const queryCharacters = /[\w.~!$&'()*+,;=:@/?-]/
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
