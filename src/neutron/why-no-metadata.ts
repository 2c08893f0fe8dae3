import type { Cloud, Network } from '../cloud/cloud.ts'
import { metadataAnswer, proxyOfDhcpNamespace } from './metadata-decisions.ts'

/**
 * Why Neutron leaves the guests of a network without metadata, in the words of the decision tables; null where something
 * serves some of them.
 */
export function whyNoMetadata(cloud: Cloud, network: Network): string | null {
  const proxy = proxyOfDhcpNamespace(cloud, network)
  const answers = network.subnets
    .filter(subnet => subnet.ip_version === 4)
    .map(subnet => metadataAnswer(cloud, subnet))
  if (answers.some(({ by }) => by !== null)) return null
  if (proxy.runs && answers.length === 0) return null
  const reasons = new Set([...(proxy.runs ? [] : [proxy.why]), ...answers.map(({ why }) => why)])
  return `Neutron serves none on network ${network.name}: ${[...reasons].join('; ')}`
}
