import type { Cloud, Host } from '../cloud/cloud.ts'
import { isTunnelled } from './bridged-on.ts'
import { stepIds } from './names.ts'

/** A network between the hosts themselves: a bridge of this name on each that is in it, and among the wires. */
export interface Underlay {
  readonly bridge: 'br-mgmt' | 'br-vxlan'
  /** Part of device names. */
  readonly key: string
  readonly mtu: number
  readonly why: string
  /** A host's address, with prefix length; null where it has none. */
  readonly cidrOf: (host: Host) => string | null
  /** The step that makes a host's bridge. */
  readonly stepOf: (host: Host) => string
}

export function underlaysOf(cloud: Cloud): readonly Underlay[] {
  return [
    {
      bridge: 'br-mgmt',
      key: 'mgmt',
      mtu: UNDERLAY_MTU,
      why: 'the management network',
      cidrOf: host => host.management_cidr,
      stepOf: host => stepIds.management(host.name),
    },
    {
      bridge: 'br-vxlan',
      key: 'vxlan',
      mtu: tunnelMtu(cloud),
      why: 'the network that tunnels go through',
      cidrOf: host => host.tunnel_cidr,
      stepOf: host => stepIds.tunnels(host.name),
    },
  ]
}

/** That of the hosts' own networks: `global_physnet_mtu`. */
const UNDERLAY_MTU = 1500
/** IPv4, UDP, VXLAN and the Ethernet header inside. */
const VXLAN_OVERHEAD = 50

/** What tunnelled networks need of the network below them; more than 1500 only where one of them is wider than usual. */
function tunnelMtu({ networks }: Cloud): number {
  const needed = networks.filter(isTunnelled).map(({ mtu }) => mtu + VXLAN_OVERHEAD)
  return Math.max(UNDERLAY_MTU, ...needed)
}
