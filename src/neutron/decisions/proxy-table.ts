import type { Cloud, Network, Port, Subnet } from '../../cloud/cloud.ts'
import type { DecisionTable, ReleaseFacts } from './table.ts'

export interface ProxyFacts extends ReleaseFacts {
  readonly network: Network
  readonly options: Cloud['neutron']['dhcp_agent']
  readonly hasDhcpPort: boolean
  readonly hasOvnMetadataPort: boolean
  /** A subnet lies inside 169.254.0.0/16. */
  readonly hasMetadataSubnet: boolean
  readonly dhcpSubnets: readonly Subnet[]
  readonly routerPorts: readonly Port[]
  readonly isIsolated: (subnet: Subnet) => boolean
}

const shouldEnable = '`Dnsmasq.should_enable_metadata`, neutron/agent/linux/dhcp.py'

/** Decision (a). */
export const proxyTable: DecisionTable<ProxyFacts, boolean> = {
  title: '(a) Does a metadata proxy run in the network’s qdhcp namespace?',
  about:
    'neutron-dhcp-agent decides it for a network as a whole, from what it knows of the network. A network whose `admin_state_up` is off has no namespace at all.',
  rows: [
    {
      condition:
        'the network has the metadata port of ML2/OVN (owner `network:distributed`, device id `ovnmeta-<network id>`)',
      of: ({ ovnMetadataPort }) => ovnMetadataPort,
      when: ({ hasOvnMetadataPort }) => hasOvnMetadataPort,
      outcome: () => false,
      result: 'no',
      why: 'the network has OVN’s metadata port, which stands in for qdhcp',
      guest: 'The proxy in `ovnmeta-<network id>` on the guest’s own host answers.',
      source: shouldEnable,
    },
    {
      condition: 'no subnet has `enable_dhcp`, or no DHCP agent serves the network',
      when: ({ hasDhcpPort }) => !hasDhcpPort,
      outcome: () => false,
      result: 'no',
      why: 'the network has no DHCP port, so there is no qdhcp namespace',
      guest: 'Only a router can answer, to guests whose own configuration leads to it.',
      source: '`DhcpAgent.configure_dhcp_for_network`, neutron/agent/dhcp/agent.py',
    },
    {
      condition: 'all subnets with DHCP are IPv6',
      of: ({ proxyNeedsIsolation, proxyCountsIpv6Subnets }) =>
        proxyNeedsIsolation && !proxyCountsIpv6Subnets,
      when: ({ dhcpSubnets }) => dhcpSubnets.every(({ ip_version }) => ip_version === 6),
      outcome: () => false,
      result: 'no',
      why: 'no subnet that counts in this release has enable_dhcp: IPv6 does from Victoria on',
      guest: 'Guests without IPv4 get no metadata over the network; a config drive still works.',
      source: shouldEnable,
    },
    {
      condition: '`force_metadata` is on',
      of: ({ forceMetadata }) => forceMetadata,
      when: ({ options }) => options.force_metadata,
      outcome: () => true,
      result: 'yes',
      why: 'force_metadata is on',
      guest: 'qdhcp answers, with a router and without; guests learn the way by DHCP.',
      source: shouldEnable,
    },
    {
      condition: '`enable_isolated_metadata` is off',
      when: ({ options }) => !options.enable_isolated_metadata,
      outcome: () => false,
      result: 'no',
      why: 'enable_isolated_metadata is off',
      guest: 'Only a router on the subnet’s gateway can answer.',
      source: shouldEnable,
    },
    {
      condition: '`enable_isolated_metadata` is on, whether a subnet is isolated or not',
      of: ({ proxyNeedsIsolation }) => !proxyNeedsIsolation,
      outcome: () => true,
      result: 'yes',
      why: 'enable_isolated_metadata is on',
      guest: 'It runs in vain where a router is attached: guests have no route to it.',
      source: '`DhcpAgent.configure_dhcp_for_network`, neutron/agent/dhcp_agent.py of Havana',
    },
    {
      condition: '`enable_metadata_network` is on, too, and a subnet lies inside 169.254.0.0/16',
      when: ({ options, hasMetadataSubnet }) =>
        options.enable_metadata_network && hasMetadataSubnet,
      outcome: () => true,
      result: 'yes',
      why: 'enable_metadata_network is on and a subnet lies in 169.254.0.0/16',
      guest:
        'A router made by other means than neutron-l3-agent can lead the requests of its networks here.',
      source: shouldEnable,
    },
    {
      condition: 'a subnet is isolated, of either IP version, with DHCP or without',
      of: ({ isolationCountsEverySubnet }) => isolationCountsEverySubnet,
      when: ({ network, isIsolated }) => network.subnets.some(isIsolated),
      outcome: () => true,
      result: 'yes',
      why: 'enable_isolated_metadata is on and a subnet is isolated: no router holds its gateway_ip',
      guest: 'qdhcp answers guests whose own subnet is isolated and has DHCP.',
      source: shouldEnable,
    },
    {
      condition: 'an IPv4 subnet with DHCP is isolated',
      of: ({ isolationCountsEverySubnet, proxyCountsIpv6Subnets }) =>
        !isolationCountsEverySubnet && !proxyCountsIpv6Subnets,
      when: ({ dhcpSubnets, isIsolated }) =>
        dhcpSubnets.some(subnet => subnet.ip_version === 4 && isIsolated(subnet)),
      outcome: () => true,
      result: 'yes',
      why: 'enable_isolated_metadata is on and a DHCP subnet is isolated: no router holds its gateway_ip',
      guest: 'qdhcp answers guests on the isolated subnets; the others are led to their router.',
      source: shouldEnable,
    },
    {
      condition: 'a subnet with DHCP is isolated, be it IPv4 or IPv6',
      of: ({ proxyCountsIpv6Subnets }) => proxyCountsIpv6Subnets,
      when: ({ dhcpSubnets, isIsolated }) => dhcpSubnets.some(isIsolated),
      outcome: () => true,
      result: 'yes',
      why: 'enable_isolated_metadata is on and a DHCP subnet is isolated: no router holds its gateway_ip',
      guest:
        'qdhcp answers guests on the isolated subnets; over IPv6 it answers the whole network.',
      source: shouldEnable,
    },
    {
      condition: 'nothing of that holds',
      outcome: () => false,
      result: 'no',
      why: 'every DHCP subnet has a router on its gateway_ip',
      guest: 'The router answers.',
      source: shouldEnable,
    },
  ],
}
