import type { Cloud, Network, Port, Subnet } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { parseCidr } from '../topology/ip.ts'
import { dhcpRules } from './dhcp-rules.ts'
import { ownIpv6MetadataAddress } from './ipv6-metadata.ts'
import { metadataAddressOfDhcpPorts } from './metadata-decisions.ts'
import { dhcpNamespace, tapDevice } from './names.ts'
import { dhcpPortOf } from './network-ports.ts'
import { addressesOf } from './port-addresses.ts'
import { neutronRelease } from './release.ts'
import type { AgentAddress, AgentRoute } from './routes.ts'
import { gatewayRoutes } from './routes.ts'

/** What neutron-dhcp-agent makes of a network: `DeviceManager.setup`. */
export interface DhcpNamespace {
  /** qdhcp-<network id> */
  readonly name: string
  readonly port: Port
  readonly device: string
  readonly mtu: number
  readonly addresses: readonly AgentAddress[]
  readonly routes: readonly AgentRoute[]
  /** To be set in this order, as soon as the namespace is there and before the device is. */
  readonly sysctls: Readonly<Record<string, string>>
  /** Input of iptables-restore; null where the release has no rules there. */
  readonly iptables: string | null
  /** Input of ip6tables-restore; null there, too, and on a machine without IPv6. */
  readonly ip6tables: string | null
}

/** The network's qdhcp namespace; null where no subnet has DHCP or no port serves it. */
export function dhcpNamespaceOf(
  cloud: Cloud,
  network: Network,
  facts: MachineFacts,
): DhcpNamespace | null {
  const port = dhcpPortOf(cloud, network)
  if (port === undefined) return null
  const device = tapDevice(port.id)
  const { release } = cloud.neutron
  return {
    name: dhcpNamespace(network.id),
    port,
    device,
    mtu: network.mtu,
    addresses: [...ownAddresses(cloud, port, facts), ...metadataAddresses(cloud, network, facts)],
    routes: defaultRoutes(cloud, network, device, facts),
    sysctls: sysctlsOf(cloud, facts),
    iptables: dhcpRules(4, release),
    ip6tables: facts.ipv6 ? dhcpRules(6, release) : null,
  }
}

/** Those on which guests make addresses themselves are the kernel's in some releases, if anybody advertises. */
function ownAddresses(cloud: Cloud, port: Port, facts: MachineFacts): readonly AgentAddress[] {
  const { dhcpAutoAddresses } = neutronRelease(cloud.neutron.release).namespaces
  return addressesOf(
    cloud,
    port,
    facts,
    subnet => subnet.enable_dhcp && (dhcpAutoAddresses || !isAutoconfigured(subnet)),
  )
}

/** `ipv6_utils.is_auto_address_subnet`. */
function isAutoconfigured({ ipv6_address_mode, ipv6_ra_mode }: Subnet): boolean {
  return [ipv6_address_mode, ipv6_ra_mode].some(
    mode => mode === 'slaac' || mode === 'dhcpv6-stateless',
  )
}

function sysctlsOf({ neutron }: Cloud, { ipv6 }: MachineFacts): Readonly<Record<string, string>> {
  const { promoteSecondaries, nonlocalBind, dhcpIpv6 } = neutronRelease(neutron.release).namespaces
  return {
    ...(promoteSecondaries ? { 'net.ipv4.conf.all.promote_secondaries': '1' } : {}),
    ...(nonlocalBind ? { 'net.ipv4.ip_nonlocal_bind': '1' } : {}),
    ...(dhcpIpv6 && ipv6 ? { 'net.ipv6.conf.default.accept_ra': '0' } : {}),
  }
}

/** By configuration alone, whether a proxy runs or not: a routed network's port bears the address, too. */
function metadataAddresses(
  cloud: Cloud,
  network: Network,
  facts: MachineFacts,
): readonly AgentAddress[] {
  const ipv4 = metadataAddressOfDhcpPorts(cloud)
  const ipv6 = ownIpv6MetadataAddress(cloud, network, facts)
  return [
    ...(ipv4 === null ? [] : [{ address: ipv4, family: 4 as const }]),
    ...(ipv6 === null ? [] : [{ address: ipv6, family: 6 as const }]),
  ]
}

/** Of each IP version the first subnet that has DHCP and a gateway decides. */
function defaultRoutes(cloud: Cloud, network: Network, device: string, facts: MachineFacts) {
  const { dhcpIpv6 } = neutronRelease(cloud.neutron.release).namespaces
  const families = facts.ipv6 && dhcpIpv6 ? ([4, 6] as const) : ([4] as const)
  return families.flatMap(family => {
    const subnet = network.subnets.find(
      candidate =>
        candidate.ip_version === family &&
        candidate.enable_dhcp &&
        candidate.gateway_ip !== null &&
        (family === 4 || mayRouteIpv6(candidate)),
    )
    return subnet === undefined ? [] : gatewayRoutes(subnet, device)
  })
}

/** Prefix lengths that the agent leaves alone: 0, 127 and 128, and all but 64 where addresses are autoconfigured. */
function mayRouteIpv6(subnet: Subnet): boolean {
  const prefix = parseCidr(subnet.cidr)?.prefix ?? 0
  return prefix > 0 && prefix <= 126 && (prefix === 64 || !isAutoconfigured(subnet))
}
