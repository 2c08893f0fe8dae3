import { HttpFailure } from './failure.ts'
import type { InstanceCache, LoadedInstance } from './instance-cache.ts'
import type { MetadataRequest } from './request.ts'
import { isSignatureOf } from './signature.ts'

export interface IdentifyContext {
  readonly metadata_proxy_shared_secret: string
  readonly instances: InstanceCache
  readonly nowMs: number
}

/**
 * The instance that a signed request of neutron-metadata-agent speaks for. Throws nova's failures in nova's order:
 * 400 for a missing header, 403 for a wrong signature, 404 for an unknown instance or another project's.
 */
export function identifyInstance(
  { headers }: MetadataRequest,
  context: IdentifyContext,
): LoadedInstance {
  const [id, signature, project] = signedHeaders.map(name => requireHeader(headers, name))
  if (!isSignatureOf(context.metadata_proxy_shared_secret, id ?? '', signature ?? '')) {
    throw new HttpFailure(403, 'Invalid proxy request signature.')
  }
  const address = headers.get('x-forwarded-for') ?? null
  const loaded = context.instances.find(id ?? '', address, context.nowMs)
  if (loaded === undefined || loaded.view.project_id !== project) throw new HttpFailure(404)
  return loaded
}

function requireHeader(headers: MetadataRequest['headers'], name: string): string {
  const value = headers.get(name.toLowerCase())
  if (value === undefined) throw new HttpFailure(400, `${name} header is missing from request.`)
  return value
}

/** In the order in which nova misses them. */
const signedHeaders = ['X-Instance-ID', 'X-Instance-ID-Signature', 'X-Tenant-ID']
