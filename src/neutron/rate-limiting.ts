import type { Cloud, Neutron } from '../cloud/cloud.ts'
import { neutronRelease } from './release.ts'

/** What haproxy counts by and how much it lets through; durations in seconds, limits in requests. */
export interface RateLimits
  extends Omit<Neutron['metadata_rate_limiting'], 'rate_limit_enabled' | 'ip_versions'> {
  /** Of haproxy's stick tables. */
  readonly tableType: 'ip' | 'ipv6'
}

/**
 * The limits that the proxies of a cloud keep; null for none. One IP version has to be chosen, else Neutron leaves
 * limiting off: `get_haproxy_config` in neutron/common/metadata.py, from 23.0.0 (2023.2) on.
 */
export function rateLimitsOf(cloud: Cloud): RateLimits | null {
  const { rate_limit_enabled, ip_versions, ...limits } = cloud.neutron.metadata_rate_limiting
  if (!rate_limit_enabled || whyNoRateLimits(cloud) !== null) return null
  return { ...limits, tableType: ip_versions[0] === 6 ? 'ipv6' : 'ip' }
}

/**
 * Why requests are not limited although `rate_limit_enabled` asks for it, in words; null where they are, or need not be.
 * Neutron's agents log the one about IP versions; a release that does not know the section passes over it in silence.
 */
export function whyNoRateLimits({ neutron }: Cloud): string | null {
  const { rate_limit_enabled, ip_versions } = neutron.metadata_rate_limiting
  if (!rate_limit_enabled) return null
  if (!neutronRelease(neutron.release).haproxy.rateLimiting) {
    return `Neutron ${neutron.release} knows no metadata_rate_limiting, which came with 2023.2; it limits nothing.`
  }
  if (ip_versions.length === 1) return null
  const listed = `[${ip_versions.join(', ')}]`
  return `Invalid metadata address IP versions: ${listed}. Metadata rate limiting cannot be enabled for IPv4 and IPv6 at the same time. Metadata rate limiting will not be enabled.`
}
