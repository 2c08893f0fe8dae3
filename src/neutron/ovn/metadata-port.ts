import type { Cloud, Network, Port } from '../../cloud/cloud.ts'
import { portsOf } from '../network-ports.ts'

/**
 * The port through which ML2/OVN serves a network's metadata: `OVNClient.create_metadata_port`, `is_ovn_metadata_port` of
 * neutron/common/ovn/utils.py.
 */
export function ovnMetadataPortOf(cloud: Cloud, network: Network): Port | undefined {
  return portsOf(cloud, network).find(
    ({ device_owner, device_id }) =>
      device_owner === 'network:distributed' && device_id === `ovnmeta-${network.id}`,
  )
}

/**
 * The ports of a network that are bound to a chassis: those of machines on it. A localport, as the metadata port, is bound
 * to none, and a router's ports are patches.
 */
export function vifsOn(cloud: Cloud, network: Network, host: string): readonly Port[] {
  return portsOf(cloud, network).filter(port => isVif(port) && port['binding:host_id'] === host)
}

/** Whether a machine is behind a port. */
export function isVif({ device_owner }: Port): boolean {
  return device_owner === 'compute:nova' || device_owner === ''
}
