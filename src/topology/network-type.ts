import type { Topology } from './schema.ts'
import type { TopologyNetwork } from './subnet-defaults.ts'

export type NetworkType = NonNullable<TopologyNetwork['provider:network_type']>

/**
 * The type of a network. Tenants' networks are of the first of `tenant_network_types`, which OVN's documents set to geneve;
 * external ones are flat.
 */
export function networkTypeOf(
  network: TopologyNetwork,
  { neutron }: Pick<Topology, 'neutron'>,
): NetworkType {
  const given = network['provider:network_type']
  if (given !== undefined) return given
  if (network['router:external']) return 'flat'
  return neutron.mechanism_driver === 'ovn' ? 'geneve' : 'vxlan'
}

/** Whether networks of a type have a segmentation id: the VNI of a tunnel, the tag of a vlan. */
export function isSegmented(type: NetworkType): boolean {
  return type !== 'flat' && type !== 'local'
}
