import type { NovaContext } from '../context.ts'
import { HttpFailure } from '../failure.ts'
import type { LoadedInstance } from '../instance-cache.ts'
import type { MetadataRequest } from '../request.ts'
import { loadInstance } from './load-instance.ts'
import { throwOnForgery } from './throw-on-forgery.ts'

/**
 * The instance that a signed request of neutron-metadata-agent speaks for. Throws nova's failures in nova's order:
 * 400 for a missing header, 403 for a wrong signature, 404 for an unknown instance or another project's.
 */
export function identifyBySignature(
  { headers }: MetadataRequest,
  context: NovaContext,
): LoadedInstance {
  const [id = '', signature = '', project_id = ''] = signedHeaders.map(name =>
    requireHeader(headers, name),
  )
  const address = headers.get('x-forwarded-for') ?? null
  throwOnForgery({ id, signature, address }, context)
  return loadInstance({ id, project_id, address, key: id }, context)
}

function requireHeader(headers: MetadataRequest['headers'], name: string): string {
  const value = headers.get(name.toLowerCase())
  if (value === undefined) throw new HttpFailure(400, `${name} header is missing from request.`)
  return value
}

/** In the order in which nova misses them. */
const signedHeaders = ['X-Instance-ID', 'X-Instance-ID-Signature', 'X-Tenant-ID']
