import type { Cloud, Network } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { carriesIpv6 } from './carries-ipv6.ts'
import { neutronRelease } from './release.ts'

/** Whether fe80::a9fe:a9fe is served in the network's qdhcp namespace, where metadata is served there at all. */
export function servesIpv6Metadata(cloud: Cloud, network: Network, facts: MachineFacts): boolean {
  const { ipv6Metadata, ipv6AddressNeedsIpv6Subnet } = neutronRelease(cloud.neutron.release)
  const hasIpv6Subnet = network.subnets.some(subnet => subnet.ip_version === 6)
  return (
    ipv6Metadata && carriesIpv6(network, facts) && (hasIpv6Subnet || !ipv6AddressNeedsIpv6Subnet)
  )
}
