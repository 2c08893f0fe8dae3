import type { Cloud, Network, Port } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { parseCidr } from '../topology/ip.ts'
import { dhcpRules } from './dhcp-rules.ts'
import { ownIpv6MetadataAddress } from './ipv6-metadata.ts'
import { metadataAddressOfDhcpPorts } from './metadata-decisions.ts'
import { dhcpNamespace, tapDevice } from './names.ts'
import { dhcpPortOf } from './network-ports.ts'
import { addressesOf } from './port-addresses.ts'
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
  /** Input of iptables-restore. */
  readonly iptables: string
  /** Input of ip6tables-restore; null on a machine without IPv6. */
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
    routes: defaultRoutes(network, device, facts),
    sysctls: {
      'net.ipv4.conf.all.promote_secondaries': '1',
      'net.ipv4.ip_nonlocal_bind': '1',
      ...(facts.ipv6 ? { 'net.ipv6.conf.default.accept_ra': '0' } : {}),
    },
    iptables: dhcpRules(4, release),
    ip6tables: facts.ipv6 ? dhcpRules(6, release) : null,
  }
}

function ownAddresses(cloud: Cloud, port: Port, facts: MachineFacts): readonly AgentAddress[] {
  return addressesOf(cloud, port, facts, subnet => subnet.enable_dhcp)
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
function defaultRoutes(network: Network, device: string, facts: MachineFacts) {
  const families = facts.ipv6 ? ([4, 6] as const) : ([4] as const)
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
function mayRouteIpv6(subnet: Network['subnets'][number]): boolean {
  const prefix = parseCidr(subnet.cidr)?.prefix ?? 0
  const modes = [subnet.ipv6_address_mode, subnet.ipv6_ra_mode]
  const autoconfigured = modes.some(mode => mode === 'slaac' || mode === 'dhcpv6-stateless')
  return prefix > 0 && prefix <= 126 && (prefix === 64 || !autoconfigured)
}
