import { contains, parseAddress } from './ip.ts'
import type { TopologyPath } from './mistake.ts'
import type { AddressRequest } from './port-request.ts'
import {
  isAutoAddressed,
  rangeOf,
  type TopologyNetwork,
  type TopologySubnet,
} from './subnet-defaults.ts'

/**
 * Neutron's rule for a port: the addresses that are given, or else one of each IP version; and one of each subnet
 * whose addresses follow from the MAC, in any case.
 */
export function requestAddresses(
  network: TopologyNetwork,
  given: ReturnType<typeof givenAddresses>,
  withAutoAddresses: boolean,
): AddressRequest[] {
  const automatic = network.subnets.filter(isAutoAddressed)
  const managed = network.subnets.filter(subnet => !isAutoAddressed(subnet))
  const fixed = given.flatMap(({ address, path }) =>
    managed
      .filter(subnet => holds(subnet, address))
      .map(subnet => ({ kind: 'fixed' as const, subnet, address, path })),
  )
  const next = ([4, 6] as const)
    .map(version => managed.filter(subnet => rangeOf(subnet).version === version))
    .filter(subnets => subnets.length > 0)
    .map(subnets => ({ kind: 'next' as const, subnets }))
  const eui64 = automatic.map(subnet => ({ kind: 'eui64' as const, subnet }))
  return [...(given.length > 0 ? fixed : next), ...(withAutoAddresses ? eui64 : [])]
}

/** The addresses that the file gives to a port, with the path of each. */
export function givenAddresses(
  port: { readonly fixed_ip?: string; readonly fixed_ips?: readonly string[] },
  path: TopologyPath,
): { readonly address: string; readonly path: TopologyPath }[] {
  const single =
    port.fixed_ip === undefined ? [] : [{ address: port.fixed_ip, path: [...path, 'fixed_ip'] }]
  const list = (port.fixed_ips ?? []).map((address, index) => ({
    address,
    path: [...path, 'fixed_ips', index],
  }))
  return [...single, ...list]
}

/** Whether the address is in the subnet. */
export function holds(subnet: TopologySubnet, address: string): boolean {
  const parsed = parseAddress(address)
  return parsed !== undefined && contains(rangeOf(subnet), parsed)
}
