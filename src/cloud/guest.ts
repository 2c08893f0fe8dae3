import type { FixedIp } from './cloud.ts'

/** A machine on the cloud's networks. */
export interface Guest {
  /** The instance's, too, where it is one's. */
  readonly name: string
  /** Null for one that Nova does not have. */
  readonly instance_id: string | null
  /** The compute host that it runs on. */
  readonly host: string
  /** eth0, eth1, … */
  readonly nics: readonly Nic[]
}

/** A network card, plugged into its network's bridge. */
export interface Nic {
  /** The port's; of one that Neutron does not know, what its devices are named after all the same. */
  readonly id: string
  readonly has_port: boolean
  readonly network_id: string
  readonly mac_address: string
  readonly fixed_ips: readonly FixedIp[]
}
