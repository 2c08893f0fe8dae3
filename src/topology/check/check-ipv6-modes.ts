import type { Finding } from '../finding.ts'
import type { TopologyPath } from '../mistake.ts'
import { isSince, type ReleaseName } from '../release-names.ts'
import { isAutoAddressed, rangeOf, type TopologySubnet } from '../subnet-defaults.ts'

/**
 * The combinations of IPv6 modes that Neutron takes: `_validate_ipv6_attributes` of db_base_plugin_v2.py. Up to Icehouse
 * it takes none: neutron/api/v2/attributes.py does not know them, or has `allow_post` off.
 */
export function checkIpv6Modes(
  subnet: TopologySubnet,
  path: TopologyPath,
  release: ReleaseName,
): Finding[] {
  const modes = (['ipv6_ra_mode', 'ipv6_address_mode'] as const).filter(
    key => subnet[key] !== undefined,
  )
  if (!isSince(release, 'juno')) {
    return modes.map(key => ({
      message: `Neutron ${release} takes no \`${key}\`, which came with juno`,
      path: [...path, key],
      part: 'key',
      hint: 'leave it out, or take juno or newer',
    }))
  }
  const { version, prefix } = rangeOf(subnet)
  if (version === 4 || !subnet.enable_dhcp) {
    const reason = version === 4 ? 'an IPv4 subnet' : 'a subnet without DHCP'
    return modes.map(key => ({
      message: `\`${key}\` has no meaning on ${reason}`,
      path: [...path, key],
      part: 'key',
    }))
  }
  return [...checkCombination(subnet, path), ...checkPrefix(subnet, prefix, path)]
}

function checkCombination(subnet: TopologySubnet, path: TopologyPath): Finding[] {
  const { ipv6_ra_mode: announced, ipv6_address_mode: used } = subnet
  if (announced === undefined || used === undefined || announced === used) return []
  const message = `\`ipv6_address_mode\` ${used} does not go with \`ipv6_ra_mode\` ${announced}; they must be the same`
  return [{ message, path: [...path, 'ipv6_address_mode'] }]
}

function checkPrefix(subnet: TopologySubnet, prefix: number, path: TopologyPath): Finding[] {
  if (!isAutoAddressed(subnet) || prefix === 64) return []
  const message = `\`${subnet.cidr}\` must be a /64 for guests to make their own addresses`
  return [{ message, path: [...path, 'cidr'] }]
}
