/** Neutron's names. A device is a prefix of three characters and eleven of the port's id: 14 of the kernel's 15. */

export function dhcpNamespace(networkId: string): string {
  return `qdhcp-${networkId}`
}

export function routerNamespace(routerId: string): string {
  return `qrouter-${routerId}`
}

/** The device of a DHCP port in qdhcp, and of an instance's port on its compute host. */
export function tapDevice(portId: string): string {
  return `tap${portId.slice(0, 11)}`
}

/** A router's port on an internal network. */
export function routerInterfaceDevice(portId: string): string {
  return `qr-${portId.slice(0, 11)}`
}

/** A router's port on its external network. */
export function routerGatewayDevice(portId: string): string {
  return `qg-${portId.slice(0, 11)}`
}

/** The bridge of a network where linuxbridge wires it. */
export function bridgeName(networkId: string): string {
  return `brq${networkId.slice(0, 11)}`
}

/**
 * The namespace of a network's metadata under ML2/OVN. The last point releases have the network's id in it from Ussuri
 * on, where 16.0.0 has the id of the network's Datapath_Binding.
 */
export function ovnMetadataNamespace(networkId: string): string {
  return `ovnmeta-${networkId}`
}

/** The ends of the cable between an ovnmeta namespace and the integration bridge. */
export function ovnMetadataDevices(networkId: string): { inside: string; outside: string } {
  const stem = `tap${networkId.slice(0, 10)}`
  return { inside: `${stem}1`, outside: `${stem}0` }
}
