import type { NovaMetadataConfig } from '../config.ts'
import { novaHas } from '../release.ts'
import type { MetadataRequest } from '../request.ts'

/**
 * REMOTE_ADDR as it reaches the API: of the connection, unless `enable_proxy_headers_parsing` lets a header tell
 * (oslo_middleware/http_proxy_to_wsgi.py, before the metadata API since Zed), or `use_forwarded_for` up to 2023.2 does.
 */
export function readRemoteAddress(
  { peer = '', headers }: MetadataRequest,
  { release, api, enable_proxy_headers_parsing }: NovaMetadataConfig,
): string {
  const parses = enable_proxy_headers_parsing && novaHas(release, 'httpProxyToWsgi')
  const address = (parses && readProxyHeaders(headers)) || peer
  if (!api.use_forwarded_for || novaHas(release, 'withoutUseForwardedFor')) return address
  return headers.get('x-forwarded-for') ?? address
}

/** Forwarded, or where that is not there X-Forwarded-For as a whole; undefined where neither tells. */
function readProxyHeaders(headers: MetadataRequest['headers']): string | undefined {
  const forwarded = headers.get('forwarded')
  return forwarded ? readFirstFor(forwarded) : headers.get('x-forwarded-for')
}

/** `for` of the first proxy, its quotes and brackets included (RFC 7239, as far as oslo reads it). */
function readFirstFor(forwarded: string): string | undefined {
  const [first = ''] = forwarded.split(',')
  const pairs = first.split(';').map(splitPair)
  return pairs.findLast(([name]) => name === 'for')?.[1]
}

function splitPair(text: string): [name: string, value: string] {
  const [name = '', ...values] = text.split('=')
  return [name.toLowerCase().trim(), values.join('=').trim()]
}
