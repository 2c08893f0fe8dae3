import type { Finding } from '../finding.ts'
import type { PrunedTopology } from '../prune.ts'

/** Rate limiting that the chosen proxy cannot do. */
export function checkMetadataProxy({ topology }: PrunedTopology): Finding[] {
  const { metadata_proxy, metadata_rate_limiting } = topology.neutron
  if (metadata_proxy !== 'ns-metadata-proxy' || !metadata_rate_limiting.rate_limit_enabled)
    return []
  return [
    {
      message: 'haproxy limits rates, and `metadata_proxy: ns-metadata-proxy` takes its place',
      path: ['neutron', 'metadata_rate_limiting', 'rate_limit_enabled'],
      hint: 'leave one of the two out',
    },
  ]
}
