import type { Cloud, Port, Router } from '../../cloud/cloud.ts'
import type { MachineFacts } from '../../cloud/machine-facts.ts'
import { networkOf } from '../network-ports.ts'
import { addressesOf } from '../port-addresses.ts'
import { type AgentAddress, type AgentRoute, gatewayRoutes } from '../routes.ts'

/** A logical router of OVN's, as ML2/OVN's L3 plugin writes it into the northbound database. */
export interface LogicalRouter {
  readonly ports: readonly LogicalRouterPort[]
  readonly routes: readonly AgentRoute[]
  readonly nat: readonly LogicalNat[]
}

export interface LogicalRouterPort {
  readonly port: Port
  /** lrp-<port id>, as long as a device's name may be. */
  readonly device: string
  readonly isGateway: boolean
  readonly addresses: readonly AgentAddress[]
}

/** A row of NAT. */
export type LogicalNat =
  | { readonly type: 'dnat_and_snat'; readonly logical_ip: string; readonly external_ip: string }
  /** `logical_ip` is a subnet. */
  | { readonly type: 'snat'; readonly logical_ip: string; readonly external_ip: string }

/**
 * The ports, default routes and NAT of a router: `OVNClient.create_router`, `_add_router_ext_gw` and
 * `_create_or_update_floatingip`. There is nothing about metadata in it.
 */
export function logicalRouterOf(cloud: Cloud, router: Router, facts: MachineFacts): LogicalRouter {
  const ports = cloud.ports
    .filter(({ device_id }) => device_id === router.id)
    .filter(({ device_owner }) => device_owner !== 'network:floatingip')
    .map((port): LogicalRouterPort => {
      const isGateway = port.device_owner === 'network:router_gateway'
      const floating = isGateway ? floatingAddresses(cloud, router) : []
      return {
        port,
        device: logicalRouterDevice(port.id),
        isGateway,
        addresses: [...addressesOf(cloud, port, facts), ...floating],
      }
    })
  const gateway = ports.find(({ isGateway }) => isGateway)
  return {
    ports,
    routes: gateway === undefined ? [] : defaultRoutes(cloud, gateway, facts),
    nat: gateway === undefined ? [] : natOf(cloud, router, ports, gateway),
  }
}

function floatingIpsOf({ floating_ips }: Cloud, { id }: Router) {
  return floating_ips.filter(({ router_id }) => router_id === id)
}

/** OVN answers ARP for them from the NAT rows; here the device has to bear them. */
function floatingAddresses(cloud: Cloud, router: Router): AgentAddress[] {
  return floatingIpsOf(cloud, router).map(({ floating_ip_address }) => ({
    address: `${floating_ip_address}/32`,
    family: 4,
  }))
}

function defaultRoutes(
  cloud: Cloud,
  { port, device }: LogicalRouterPort,
  facts: MachineFacts,
): AgentRoute[] {
  const { subnets } = networkOf(cloud, port.network_id)
  return subnets
    .filter(({ id }) => port.fixed_ips.some(({ subnet_id }) => subnet_id === id))
    .filter(({ ip_version }) => facts.ipv6 || ip_version === 4)
    .flatMap(subnet => gatewayRoutes(subnet, device))
}

/** Floating IPs go before the subnets that they are in. */
function natOf(
  cloud: Cloud,
  router: Router,
  ports: readonly LogicalRouterPort[],
  gateway: LogicalRouterPort,
): LogicalNat[] {
  const [external_ip] = firstIpv4(gateway)?.split('/') ?? []
  const floating = floatingIpsOf(cloud, router).map(
    ({ fixed_ip_address, floating_ip_address }): LogicalNat => ({
      type: 'dnat_and_snat',
      logical_ip: fixed_ip_address,
      external_ip: floating_ip_address,
    }),
  )
  if (external_ip === undefined || router.external_gateway_info?.enable_snat === false)
    return floating
  const subnets = ports
    .filter(({ isGateway }) => !isGateway)
    .flatMap(({ port }) =>
      networkOf(cloud, port.network_id).subnets.filter(
        ({ id, ip_version }) =>
          ip_version === 4 && port.fixed_ips.some(({ subnet_id }) => subnet_id === id),
      ),
    )
  const sources = [...new Set(subnets.map(({ cidr }) => cidr))]
  return [
    ...floating,
    ...sources.map((logical_ip): LogicalNat => ({ type: 'snat', logical_ip, external_ip })),
  ]
}

function firstIpv4({ addresses }: LogicalRouterPort): string | undefined {
  return addresses.find(({ family }) => family === 4)?.address
}

/** Of a port of a logical router, what its name leaves for a device's. */
export function logicalRouterDevice(portId: string): string {
  return `lrp-${portId.slice(0, 11)}`
}
