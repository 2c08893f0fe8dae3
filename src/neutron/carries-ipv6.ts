import type { Network } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'

/** Whether a network's devices have IPv6: the kernel gives a device none below the smallest MTU of RFC 8200. */
export function carriesIpv6({ mtu }: Pick<Network, 'mtu'>, { ipv6 }: MachineFacts): boolean {
  return ipv6 && mtu >= 1280
}
