import { findHeader } from '../../wsgi/find-header.ts'
import { defaultPorts, formatAuthority, type NovaEndpoint } from './nova-endpoint.ts'
import type { NovaAnswer, NovaRequest } from './nova-request.ts'
import { writeNovaTarget } from './nova-target.ts'

export interface Redirected {
  readonly endpoint: NovaEndpoint
  readonly request: NovaRequest
}

/** Where an answer sends the agent on; undefined for one that does not. */
export function findLocation({ status, headers }: NovaAnswer): string | undefined {
  if (!redirects.has(status)) return undefined
  return findHeader(headers, 'location') || undefined
}

/**
 * The request that python-requests makes of a redirect (SessionRedirectMixin): 302 and 303 turn all but HEAD into a GET,
 * 301 a POST alone; none of them keeps the body, as 307 and 308 do. What signs for an instance goes along wherever it
 * leads.
 * Undefined for a location that cannot be asked, which the agent does not expect.
 */
export function followRedirect(
  from: Redirected,
  { status }: NovaAnswer,
  location: string,
): Redirected | undefined {
  const url = resolve(from, location)
  if (url === undefined) return undefined
  const { method, headers, body } = from.request
  const host = ['Host', formatAuthority(url.endpoint)] as const
  const others = headers.filter(([name]) => name !== 'Host')
  const { endpoint, target } = url
  if (repeats.has(status))
    return { endpoint, request: { method, target, headers: [host, ...others], body } }
  const next = method === 'HEAD' || (status === 301 && method !== 'POST') ? method : 'GET'
  const kept = others.filter(([name]) => name !== 'Content-Length')
  const length = withLength.has(next) ? [['Content-Length', '0'] as const] : []
  const bare = { method: next, target, headers: [host, ...length, ...kept], body: new Uint8Array() }
  return { endpoint, request: bare }
}

interface Resolved {
  readonly endpoint: NovaEndpoint
  readonly target: string
}

/** RFC 3986, 5.2, as urllib.parse.urljoin has it: a scheme without a host counts as none. */
function resolve(from: Redirected, location: string): Resolved | undefined {
  const [, scheme, authority, rest = ''] = urlPattern.exec(location) ?? []
  const protocol = scheme === undefined ? from.endpoint.protocol : scheme.toLowerCase()
  if (protocol !== 'http' && protocol !== 'https') return undefined
  const endpoint = authority ? readAuthority(protocol, authority) : from.endpoint
  const [reference = ''] = rest.split('#', 1)
  const merged = authority ? reference : merge(from.request.target, reference)
  const target = writeNovaTarget(merged.startsWith('/') ? merged : `/${merged}`, '')
  return endpoint === undefined || target === undefined ? undefined : { endpoint, target }
}

function merge(base: string, reference: string): string {
  const [path = ''] = base.split('?', 1)
  if (reference === '') return base
  if (reference.startsWith('?')) return path + reference
  return reference.startsWith('/')
    ? reference
    : path.slice(0, path.lastIndexOf('/') + 1) + reference
}

function readAuthority(protocol: 'http' | 'https', authority: string): NovaEndpoint | undefined {
  const [, bracketed, name, digits] = authorityPattern.exec(authority) ?? []
  const host = bracketed ?? name
  const port = digits ? Number(digits) : defaultPorts[protocol]
  return host === undefined || port > 65_535 ? undefined : { protocol, host, port }
}

const redirects = new Set([301, 302, 303, 307, 308])
const repeats = new Set([307, 308])
/** For which http.client says by itself that there is no body. */
const withLength = new Set(['PUT', 'PATCH'])
const urlPattern = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?(.*)$/is
const authorityPattern = /^(?:.*@)?(?:\[([0-9a-f:.]+)\]|([^[\]:@]+))(?::(\d*))?$/i
