import type { Cloud } from '../cloud/cloud.ts'
import { readReleaseName } from '../topology/release-names.ts'
import { novaHas } from './release.ts'

/**
 * Why nova knows none of the guests that ask through an agent, in words; null where it knows them. Without
 * `service_metadata_proxy` it goes by the address that asks, which is the agent's unless a header may tell another.
 */
export function whyUnknownGuests({ nova }: Pick<Cloud, 'nova'>): string | null {
  if (nova.neutron.service_metadata_proxy) return null
  const release = readReleaseName('Nova', nova.release)
  const parses = novaHas(release, 'httpProxyToWsgi')
  if (parses && nova.oslo_middleware.enable_proxy_headers_parsing) return null
  const trusts = !novaHas(release, 'withoutUseForwardedFor')
  if (trusts && nova.api.use_forwarded_for) return null
  const option = parses ? 'oslo_middleware.enable_proxy_headers_parsing' : 'api.use_forwarded_for'
  return (
    "nova goes by the address that asks, which is the agent's: service_metadata_proxy is off; " +
    `with nova.${option} it takes the guest's from X-Forwarded-For`
  )
}
