import type { AllocatedAddress, Allocation } from './allocate-addresses.ts'
import type { PortRequest } from './port-request.ts'
import { gatewayOf, rangeOf, type TopologySubnet } from './subnet-defaults.ts'

/** Where a floating IP leads. */
export interface FloatingIpPlace {
  /** The instance's port behind it. */
  readonly inside: PortRequest
  /** The address of that port. */
  readonly fixed: AllocatedAddress
  /** The name of the router that translates. */
  readonly router: string
}

/**
 * Every place where a floating IP can lead: an IPv4 address of its port each, in a subnet on a router that has its
 * gateway on the floating IP's network. Neutron takes one where there is one, and refuses otherwise:
 * `_internal_fip_assoc_data` of neutron/db/l3_db.py.
 */
export function placesOfFloatingIp(
  floating: PortRequest,
  requests: readonly PortRequest[],
  { addresses }: Allocation,
): FloatingIpPlace[] {
  const place = JSON.stringify(floating.path.slice(0, -1))
  const inside = requests.find(
    ({ device_owner, path }) => device_owner === 'compute:nova' && JSON.stringify(path) === place,
  )
  if (inside === undefined) return []
  return inside.addresses.flatMap(request => {
    const fixed = addresses.get(request)
    if (fixed === undefined || rangeOf(fixed.subnet).version !== 4) return []
    const router = routerBetween(fixed.subnet, floating.network, requests)
    return router === undefined ? [] : [{ inside, fixed, router }]
  })
}

/** The router that holds the subnet's gateway_ip, else the first on the subnet: `get_router_for_floatingip`. */
function routerBetween(
  subnet: TopologySubnet,
  external: string,
  requests: readonly PortRequest[],
): string | undefined {
  const gateways = requests.filter(
    ({ device_owner, network }) =>
      device_owner === 'network:router_gateway' && network === external,
  )
  const interfaces = requests
    .filter(({ device_owner }) => device_owner === 'network:router_interface')
    .filter(({ device }) => gateways.some(gateway => gateway.device === device))
    .flatMap(({ device, addresses }) =>
      addresses.flatMap(address =>
        address.kind === 'fixed' && address.subnet === subnet
          ? [{ device, address: address.address }]
          : [],
      ),
    )
  const holder = interfaces.find(({ address }) => address === gatewayOf(subnet))
  return (holder ?? interfaces[0])?.device
}
