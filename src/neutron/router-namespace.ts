import type { Cloud, FloatingIp, Port, Router } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { formatAddress, parseCidr } from '../topology/ip.ts'
import { carriesIpv6 } from './carries-ipv6.ts'
import { routerGatewayDevice, routerInterfaceDevice, routerNamespace } from './names.ts'
import { networkOf } from './network-ports.ts'
import { addressesOf } from './port-addresses.ts'
import { neutronRelease } from './release.ts'
import { routerRules } from './router-rules.ts'
import type { AgentAddress, AgentRoute } from './routes.ts'
import { gatewayRoutes, onlinkRoute } from './routes.ts'

/** What neutron-l3-agent makes of a router that is neither highly available nor distributed. */
export interface RouterNamespace {
  /** qrouter-<router id> */
  readonly name: string
  /** In port order. */
  readonly interfaces: readonly RouterInterface[]
  readonly gateway: RouterInterface | null
  readonly routes: readonly AgentRoute[]
  /** To be set as soon as the namespace is there and before its devices are. */
  readonly sysctls: Readonly<Record<string, string>>
  /** Keys of the gateway device, to be set in this order when it is there and has its addresses. */
  readonly gatewaySysctls: Readonly<Record<string, string>>
  /** Input of iptables-restore. */
  readonly iptables: string | null
  /** Input of ip6tables-restore; null in Havana, and on a machine without IPv6. */
  readonly ip6tables: string | null
}

export interface RouterInterface {
  readonly port: Port
  readonly device: string
  readonly mtu: number
  readonly addresses: readonly AgentAddress[]
}

/** The router's qrouter namespace, as it stands when the agent has processed it for the first time. */
export function routerNamespaceOf(
  cloud: Cloud,
  router: Router,
  facts: MachineFacts,
): RouterNamespace {
  const ports = cloud.ports.filter(port => port.device_id === router.id)
  const interfaces = ports
    .filter(port => port.device_owner === 'network:router_interface')
    .map(port => interfaceOf(cloud, facts, port, routerInterfaceDevice(port.id)))
  const gatewayPort = ports.find(port => port.device_owner === 'network:router_gateway')
  const floatingIps = cloud.floating_ips.filter(({ router_id }) => router_id === router.id)
  const gateway =
    gatewayPort === undefined ? null : gatewayOf(cloud, facts, gatewayPort, floatingIps)
  const rules = (family: 4 | 6) =>
    rulesOf({ cloud, router, interfaces, gateway, floatingIps }, family)
  return {
    name: routerNamespace(router.id),
    interfaces,
    gateway,
    routes: gateway === null ? [] : routesOf(cloud, gateway, facts),
    sysctls: sysctlsOf(cloud, facts),
    gatewaySysctls: gateway === null ? {} : gatewaySysctlsOf(cloud, gateway, facts),
    iptables: rules(4),
    ip6tables: facts.ipv6 ? rules(6) : null,
  }
}

function interfaceOf(
  cloud: Cloud,
  facts: MachineFacts,
  port: Port,
  device: string,
): RouterInterface {
  const { mtu } = networkOf(cloud, port.network_id)
  return { port, device, mtu, addresses: addressesOf(cloud, port, facts) }
}

/** Floating IPs come last, a /32 each, when their rules stand: `process_floating_ip_addresses`. */
function gatewayOf(
  cloud: Cloud,
  facts: MachineFacts,
  port: Port,
  floatingIps: readonly FloatingIp[],
): RouterInterface {
  const { addresses, ...made } = interfaceOf(cloud, facts, port, routerGatewayDevice(port.id))
  const floating = floatingIps.map(({ floating_ip_address }) => ({
    address: `${floating_ip_address}/32`,
    family: 4 as const,
  }))
  return { ...made, addresses: [...addresses, ...floating] }
}

/** Subnets of the external network without an address on the port are on the link; then default routes by the others. */
function routesOf(cloud: Cloud, { port, device }: RouterInterface, facts: MachineFacts) {
  const subnets = networkOf(cloud, port.network_id).subnets.filter(
    subnet => facts.ipv6 || subnet.ip_version === 4,
  )
  const isOwn = ({ id }: { readonly id: string }) =>
    port.fixed_ips.some(fixed => fixed.subnet_id === id)
  return [
    ...subnets
      .filter(subnet => !isOwn(subnet))
      .map(({ cidr, ip_version }) => onlinkRoute(cidr, ip_version, device)),
    ...subnets.filter(isOwn).flatMap(subnet => gatewayRoutes(subnet, device)),
  ]
}

/** `Namespace.create`; what the machine lacks is left out. */
function sysctlsOf(cloud: Cloud, facts: MachineFacts): Readonly<Record<string, string>> {
  const liberal = 'net.netfilter.nf_conntrack_tcp_be_liberal'
  const { conntrackLiberal, namespaces } = neutronRelease(cloud.neutron.release)
  const { promoteSecondaries, strictArp, ipv6Forwarding } = namespaces
  return {
    ...(promoteSecondaries ? { 'net.ipv4.conf.all.promote_secondaries': '1' } : {}),
    ...(conntrackLiberal && facts.sysctls.includes(liberal) ? { [liberal]: '1' } : {}),
    'net.ipv4.ip_forward': '1',
    ...(strictArp
      ? { 'net.ipv4.conf.all.arp_ignore': '1', 'net.ipv4.conf.all.arp_announce': '2' }
      : {}),
    ...(ipv6Forwarding && facts.ipv6 ? { 'net.ipv6.conf.all.forwarding': '1' } : {}),
  }
}

/**
 * Without an IPv6 gateway the default route is learned from router advertisements, although the router forwards. A
 * device that the kernel gives no IPv6 has no such keys.
 */
function gatewaySysctlsOf(
  cloud: Cloud,
  { port, device }: RouterInterface,
  facts: MachineFacts,
): Readonly<Record<string, string>> {
  const network = networkOf(cloud, port.network_id)
  const { gatewayIpv6 } = neutronRelease(cloud.neutron.release).namespaces
  if (gatewayIpv6 === 'none' || !carriesIpv6(network, facts)) return {}
  const hasIpv6Gateway = network.subnets.some(
    subnet =>
      subnet.gateway_ip?.includes(':') === true &&
      port.fixed_ips.some(fixed => fixed.subnet_id === subnet.id),
  )
  const acceptRa = `net.ipv6.conf.${device}.accept_ra`
  if (gatewayIpv6 === 'accept-ra') return hasIpv6Gateway ? {} : { [acceptRa]: '2' }
  return {
    [acceptRa]: hasIpv6Gateway ? '0' : '2',
    [`net.ipv6.conf.${device}.forwarding`]: '1',
    'net.ipv6.conf.all.forwarding': '1',
  }
}

interface Routing extends Pick<RouterNamespace, 'interfaces' | 'gateway'> {
  readonly cloud: Cloud
  readonly router: Router
  readonly floatingIps: readonly FloatingIp[]
}

function rulesOf(
  { cloud, router, interfaces, gateway, floatingIps }: Routing,
  family: 4 | 6,
): string | null {
  const hasAddress = ({ addresses }: RouterInterface) =>
    addresses.some(address => address.family === family)
  return routerRules({
    family,
    neutron: cloud.neutron,
    internalDevices: interfaces.filter(hasAddress).map(({ device }) => device),
    internalCidrs: interfaces.flatMap(({ addresses }) => firstNetworkIpv4(addresses)),
    gateway:
      gateway === null
        ? null
        : {
            device: gateway.device,
            hasAddressOfFamily: hasAddress(gateway),
            ipv4Address: firstIpv4(gateway),
            enableSnat: router.external_gateway_info?.enable_snat ?? true,
          },
    floatingIps: gateway === null ? [] : floatingIps,
  })
}

function firstIpv4({ addresses }: RouterInterface): string | null {
  return addresses.find(({ family }) => family === 4)?.address.split('/')[0] ?? null
}

function firstNetworkIpv4([first]: readonly AgentAddress[]): readonly string[] {
  const range = first === undefined ? undefined : parseCidr(first.address)
  if (range === undefined || range.version === 6) return []
  return [`${formatAddress({ version: 4, value: range.first })}/${range.prefix}`]
}
