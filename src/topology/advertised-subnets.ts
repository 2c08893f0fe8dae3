import { findNetwork } from './find-network.ts'
import { attachedSubnets } from './request-router-ports.ts'
import type { Topology } from './schema.ts'
import { rangeOf, type TopologySubnet } from './subnet-defaults.ts'

/**
 * The IPv6 subnets that are on a router, which sends router advertisements on their networks whatever their
 * `ipv6_ra_mode`: `DaemonMonitor.enable` of neutron/agent/linux/ra.py.
 */
export function routedIpv6Subnets(topology: Topology): TopologySubnet[] {
  return Object.values(topology.routers).flatMap(({ interfaces }) =>
    interfaces.flatMap(attachment => {
      const network = findNetwork(topology, attachment.network)
      const subnets = network === undefined ? [] : attachedSubnets(attachment, network)
      return subnets.filter(subnet => rangeOf(subnet).version === 6)
    }),
  )
}

/** Whether a router on the subnet tells guests to make their own addresses: AdvAutonomous of its radvd. */
export function isAutonomous({ ipv6_ra_mode }: { readonly ipv6_ra_mode?: string | null }): boolean {
  return ipv6_ra_mode === 'slaac' || ipv6_ra_mode === 'dhcpv6-stateless'
}
