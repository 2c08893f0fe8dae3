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
