import { readWsgiTarget } from '../metadata-agent/read-target.ts'

/** The network or the router that a proxy speaks for. */
export interface ProxyIdentity {
  readonly network_id?: string | undefined
  /** Goes before the network's id where both are given. */
  readonly router_id?: string | undefined
}

/** Of a guest's request, what the proxy looks at; its headers are none of it. */
export interface GuestRequest {
  readonly method: string
  readonly target: string
  readonly body: Uint8Array
  /** Where it comes from. */
  readonly peer: string
}

/** The new request that goes to the agent's socket. */
export interface AgentRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/**
 * What neutron-ns-metadata-proxy asks the agent for a guest: `_proxy_request` in
 * neutron/agent/metadata/namespace_proxy.py (newton-eol), on the wire as httplib2 writes it. Undefined where the path
 * cannot be sent, which the proxy does not expect.
 */
export function makeAgentRequest(
  { network_id, router_id }: ProxyIdentity,
  { method, target, body, peer }: GuestRequest,
): AgentRequest | undefined {
  const url = writeTarget(target)
  if (url === undefined) return undefined
  const [name, id] =
    router_id === undefined
      ? ['x-neutron-network-id', network_id ?? '']
      : ['x-neutron-router-id', router_id]
  return {
    method,
    target: url,
    headers: [
      ['Host', '169.254.169.254'],
      ['Content-Length', String(body.length)],
      ['x-forwarded-for', peer],
      [name, id],
      ['user-agent', 'Python-httplib2/0.9.2 (gzip)'],
      ['accept-encoding', 'gzip, deflate'],
    ],
    body,
  }
}

/**
 * Path and query of `http://169.254.169.254<path>?<query>` with the path decoded once: an escaped question mark begins
 * the query, and a number sign ends it all.
 */
function writeTarget(target: string): string | undefined {
  const { pathInfo, query } = readWsgiTarget(target)
  const path = decodeUtf8(pathInfo)
  if (path === undefined) return undefined
  const whole = query === '' ? path : `${path}?${query}`
  const [kept = ''] = whole.split('#', 1)
  return escapeIri(kept.startsWith('/') ? kept : `/${kept}`)?.replace(/^([^?]*)\?$/, '$1')
}

/** From one character a byte. */
function decodeUtf8(bytes: string): string | undefined {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return decoder.decode(Uint8Array.from(bytes, character => character.charCodeAt(0)))
  } catch {
    // WebOb cannot decode it either
    return undefined
  }
}

/**
 * httplib2's iri2uri, and the blanks and line ends that it escapes since 0.18.1 (CVE-2020-11078), so that a guest
 * cannot write headers of its own. What is left, http.client refuses.
 */
function escapeIri(text: string): string | undefined {
  const escaped = Array.from(text, character =>
    isEscaped(character.codePointAt(0) ?? 0) ? percentEncode(character) : character,
  ).join('')
  return /^[!-~]*$/.test(escaped) ? escaped : undefined
}

/** `ucschar` and `iprivate` of RFC 3987. */
function isEscaped(code: number): boolean {
  if (code === space || code === lineFeed || code === carriageReturn) return true
  if (code >= 0x10000) return (code & 0xffff) <= 0xfffd && (code < 0xe0000 || code >= 0xe1000)
  return code >= 0xa0 && code <= 0xffef && !(code >= 0xfdd0 && code <= 0xfdef)
}

function percentEncode(character: string): string {
  const bytes = Array.from(new TextEncoder().encode(character))
  return bytes.map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}

const space = 0x20
const lineFeed = 0x0a
const carriageReturn = 0x0d
