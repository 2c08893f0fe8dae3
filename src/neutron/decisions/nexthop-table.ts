import type { Cloud, Subnet } from '../../cloud/cloud.ts'
import type { DecisionTable, ReleaseFacts } from './table.ts'

export interface NexthopFacts extends ReleaseFacts {
  readonly subnet: Subnet
  readonly options: Cloud['neutron']['dhcp_agent']
  readonly isolated: boolean
  readonly gateway: string | null
  /** The DHCP port's own address in the subnet. */
  readonly dhcpAddress: string | null
  /** The address of OVN's metadata port in the subnet. */
  readonly ovnAddress: string | null
}

const perSubnet = '`Dnsmasq._generate_opts_per_subnet`, neutron/agent/linux/dhcp.py'
const noRoute = 'no route'

/** Decision (b). */
export const nexthopTable: DecisionTable<NexthopFacts, string | null> = {
  title: '(b) Which next hop for 169.254.169.254/32 does DHCP advertise on a subnet?',
  about:
    'It stands in options 121 and 249, before the default route. A subnet is isolated when no router’s port holds its `gateway_ip`; one without a gateway always is, be there a host route to 0.0.0.0/0, which DHCP then tells for a gateway. In Havana any router’s port on a subnet with a gateway ends its isolation.',
  rows: [
    {
      condition: 'the subnet is IPv6',
      when: ({ subnet }) => subnet.ip_version === 6,
      outcome: () => null,
      result: noRoute,
      why: 'IPv6 guests find fe80::a9fe:a9fe on the link',
      guest: 'Guests ask http://[fe80::a9fe:a9fe%25eth0]/, which needs no route.',
      source: perSubnet,
    },
    {
      condition: 'the subnet has no DHCP',
      when: ({ subnet }) => !subnet.enable_dhcp,
      outcome: () => null,
      result: noRoute,
      why: 'the subnet has no DHCP',
      guest: 'Guests follow the default route of their own configuration.',
      source: perSubnet,
    },
    {
      condition: 'OVN’s metadata port has an address in the subnet',
      of: ({ ovnMetadataPort }) => ovnMetadataPort,
      when: ({ ovnAddress }) => ovnAddress !== null,
      outcome: ({ ovnAddress }) => ovnAddress,
      result: 'that address',
      why: 'OVN’s metadata port answers',
      guest: '`ovnmeta-<network id>` on the guest’s own host answers.',
      source: '`Dnsmasq._get_ovn_metadata_port_ip`, neutron/agent/linux/dhcp.py',
    },
    {
      condition:
        'the DHCP port should answer by one of the next two rows, and has no address in the subnet',
      when: facts => facts.dhcpAddress === null && (isForced(facts) || isServed(facts)),
      outcome: () => null,
      result: noRoute,
      why: 'the DHCP port has no address in the subnet',
      guest: 'Guests follow their default route. (Until Pike the agent fails on such a network.)',
      source: perSubnet,
    },
    {
      condition: '`force_metadata` is on',
      of: ({ forceMetadata }) => forceMetadata,
      when: isForced,
      outcome: ({ dhcpAddress }) => dhcpAddress,
      result: 'the DHCP port',
      why: 'force_metadata is on: the DHCP port answers',
      guest: 'qdhcp answers, even behind a router, which would answer, too.',
      source: perSubnet,
    },
    {
      condition: 'the subnet is isolated and `enable_isolated_metadata` is on',
      when: isServed,
      outcome: ({ dhcpAddress }) => dhcpAddress,
      result: 'the DHCP port',
      why: 'the subnet is isolated and enable_isolated_metadata is on: the DHCP port answers',
      guest: 'qdhcp answers.',
      source: perSubnet,
    },
    {
      condition: 'the subnet is not isolated and has a gateway',
      of: ({ routesMetadataByGateway }) => routesMetadataByGateway,
      when: ({ isolated, gateway }) => !isolated && gateway !== null,
      outcome: ({ gateway }) => gateway,
      result: 'the gateway',
      why: 'a router holds the gateway_ip: the router answers',
      guest: 'qrouter answers. No option of the DHCP agent changes this row.',
      source: perSubnet,
    },
    {
      condition: 'the subnet is not isolated',
      when: ({ isolated }) => !isolated,
      outcome: () => null,
      result: noRoute,
      why: 'a router is attached, to which the default route leads',
      guest:
        'Guests follow their default route, and qrouter answers where a router holds the gateway.',
      source: perSubnet,
    },
    {
      condition: 'nothing of that holds',
      outcome: () => null,
      result: noRoute,
      why: 'the subnet is isolated and enable_isolated_metadata is off',
      guest: 'Nobody answers.',
      source: perSubnet,
    },
  ],
}

function isForced({ release, options }: NexthopFacts): boolean {
  return release.forceMetadata && options.force_metadata
}

function isServed({ isolated, options }: NexthopFacts): boolean {
  return isolated && options.enable_isolated_metadata
}
