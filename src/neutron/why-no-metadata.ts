import type { Cloud, Network } from '../cloud/cloud.ts'
import { isIsolated } from './isolated-subnets.ts'
import { proxyOfDhcpNamespace } from './metadata-decisions.ts'

/** Why Neutron leaves the guests of a network without metadata, in words; null where something serves them. */
export function whyNoMetadata(cloud: Cloud, network: Network): string | null {
  const { runs, why } = proxyOfDhcpNamespace(cloud, network)
  if (runs) return null
  const { enable_metadata_proxy } = cloud.neutron.l3_agent
  const isRouted = network.subnets.some(subnet => !isIsolated(cloud, subnet))
  if (isRouted && enable_metadata_proxy) return null
  const router = isRouted ? "; the L3 agent's enable_metadata_proxy is off" : ''
  return `Neutron serves none on network ${network.name}: ${why}${router}`
}
