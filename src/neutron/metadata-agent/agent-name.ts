import type { Neutron } from '../../cloud/cloud.ts'
import { ovnHas } from '../ovn/release.ts'

/** What an operator calls the agent that finds out whose metadata a request asks for. */
export const metadataAgentNames = [
  'neutron-metadata-agent',
  'neutron-ovn-metadata-agent',
  'neutron-ovn-agent',
] as const

export type MetadataAgentName = (typeof metadataAgentNames)[number]

/**
 * The agent of a cloud: under ML2/OVN one of its own, which 2025.2 has deprecated for neutron-ovn-agent with the extension
 * `metadata`. Throws on a release that `releaseNames` does not list.
 */
export function metadataAgentName({
  mechanism_driver,
  release,
}: Pick<Neutron, 'mechanism_driver' | 'release'>): MetadataAgentName {
  if (mechanism_driver === 'openvswitch') return 'neutron-metadata-agent'
  return ovnHas(release, 'ovnAgent') ? 'neutron-ovn-agent' : 'neutron-ovn-metadata-agent'
}
