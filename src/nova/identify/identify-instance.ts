import type { NovaContext } from '../context.ts'
import type { LoadedInstance } from '../instance-cache.ts'
import type { MetadataRequest } from '../request.ts'
import { identifyByAddress } from './by-address.ts'
import { identifyByProvider } from './by-provider.ts'
import { identifyBySignature } from './by-signature.ts'

/**
 * Whose metadata a request asks for: of neutron-metadata-agent's guest or a load balancer's, which sign, or without
 * `service_metadata_proxy` of who sends it. Throws nova's failures. Source: nova/api/metadata/handler.py.
 */
export function identifyInstance(request: MetadataRequest, context: NovaContext): LoadedInstance {
  if (!context.config.service_metadata_proxy) return identifyByAddress(request, context)
  if (request.headers.get('x-metadata-provider')) return identifyByProvider(request, context)
  return identifyBySignature(request, context)
}
