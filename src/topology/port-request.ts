import type { TopologyPath } from './mistake.ts'
import type { TopologySubnet } from './subnet-defaults.ts'

/** A port that the topology asks for, before ids, MACs and addresses are settled. */
export interface PortRequest {
  readonly device_owner:
    | 'network:dhcp'
    | 'network:router_interface'
    | 'network:router_gateway'
    | 'compute:nova'
  /** Name of the network, and of the network, router or instance whose port it is. */
  readonly network: string
  readonly device: string
  /** Unique in the topology and the same as long as the port is meant to be the same. */
  readonly key: string
  readonly id: string | undefined
  readonly mac_address: string | undefined
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
