import type { TopologyPath } from './mistake.ts'
import type { TopologySubnet } from './subnet-defaults.ts'

/** A port that the topology asks for, before ids, MACs and addresses are settled. */
export interface PortRequest {
  readonly device_owner:
    | 'network:dhcp'
    | 'network:distributed'
    | 'network:router_interface'
    | 'network:router_gateway'
    | 'network:floatingip'
    | 'compute:nova'
    | ''
  /** Name of the network, and of the network, router, instance or guest whose port or floating IP it is. */
  readonly network: string
  readonly device: string
  /** Of a network's DHCP ports, from 0: one for each agent that serves it. */
  readonly nth?: number
  /** Unique in the topology and the same as long as the port is meant to be the same. */
  readonly key: string
  readonly id: string | undefined
  readonly mac_address: string | undefined
  /** What the file says, where the port's device does not decide. */
  readonly device_id?: string | undefined
  readonly project_id?: string | undefined
  /** A guest's NIC that Neutron has no port for; it takes its MAC and addresses all the same. */
  readonly withoutPort?: boolean
  readonly addresses: readonly AddressRequest[]
  /** Where in the file the port comes from. */
  readonly path: TopologyPath
}

export type AddressRequest =
  | {
      readonly kind: 'fixed'
      readonly subnet: TopologySubnet
      readonly address: string
      readonly path: TopologyPath
    }
  /** The next free address of the first of these that has one. */
  | { readonly kind: 'next'; readonly subnets: readonly TopologySubnet[] }
  /** Follows from the MAC. */
  | { readonly kind: 'eui64'; readonly subnet: TopologySubnet }

/** Whether a machine gets it: an instance, or a guest that Nova does not have. */
export function isNic({ device_owner }: PortRequest): boolean {
  return device_owner === 'compute:nova' || device_owner === ''
}
