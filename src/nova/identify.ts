import { HttpFailure, UnhandledFailure } from './failure.ts'
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
  if (headers.get('x-metadata-provider')) return identifyByProvider(headers, context)
  const [id, signature, project] = signedHeaders.map(name => requireHeader(headers, name))
  throwOnForgery(context, id ?? '', signature ?? '')
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

/** A load balancer's way. ML2 has no advanced_service_providers, so nova's question to it is what fails. */
function identifyByProvider(headers: MetadataRequest['headers'], context: IdentifyContext): never {
  if (!headers.has('x-forwarded-for')) {
    throw new HttpFailure(400, 'X-Forwarded-For is missing from request.')
  }
  if (context.metadata_proxy_shared_secret !== '') {
    const provider = headers.get('x-metadata-provider') ?? ''
    throwOnForgery(context, provider, headers.get('x-metadata-provider-signature') ?? '')
  }
  throw new UnhandledFailure('Neutron rejects advanced_service_providers')
}

/** Python compares texts in constant time only while they are ASCII. */
function throwOnForgery(context: IdentifyContext, id: string, signature: string): void {
  if (/[^\0-\x7f]/.test(signature)) throw new UnhandledFailure('the signature is not ASCII')
  if (isSignatureOf(context.metadata_proxy_shared_secret, id, signature)) return
  throw new HttpFailure(403, 'Invalid proxy request signature.')
}

/** In the order in which nova misses them. */
const signedHeaders = ['X-Instance-ID', 'X-Instance-ID-Signature', 'X-Tenant-ID']
