import type { Cloud } from '../../cloud/cloud.ts'
import { metadataAddress, metadataAddressIpv6 } from '../metadata-address.ts'
import type { DecisionTable, ReleaseFacts } from './table.ts'

export interface AddressFacts extends ReleaseFacts {
  readonly options: Cloud['neutron']['dhcp_agent']
}

export interface Ipv6AddressFacts extends AddressFacts {
  /** The machine has IPv6, and the network an MTU that lets its devices have it. */
  readonly carriesIpv6: boolean
  readonly hasIpv6Subnet: boolean
}

const setup = '`DeviceManager.setup`, neutron/agent/linux/dhcp.py'

/** Decision (c), IPv4. */
export const addressTable: DecisionTable<AddressFacts, string | null> = {
  title: '(c) Which metadata address does the DHCP port bear?',
  about:
    'Configuration alone decides it: the port of a routed network bears the address, too, though nobody may listen there.',
  rows: [
    {
      condition: 'neither `enable_isolated_metadata` nor `force_metadata` is on',
      when: ({ release, options }) =>
        !options.enable_isolated_metadata && !(release.forceMetadata && options.force_metadata),
      outcome: () => null,
      result: 'none',
      why: 'enable_isolated_metadata is off',
      guest: 'qdhcp drops what is sent to 169.254.169.254 by way of it.',
      source: setup,
    },
    {
      condition: '`force_metadata` alone is on',
      of: ({ forceMetadata, forceMetadataAddress }) => forceMetadata && !forceMetadataAddress,
      when: ({ options }) => !options.enable_isolated_metadata,
      outcome: () => null,
      result: 'none',
      why: 'force_metadata alone gives the DHCP port no 169.254.169.254 in this release; enable_isolated_metadata does',
      guest: 'The proxy runs and DHCP leads guests there, where their requests are dropped.',
      source: setup,
    },
    {
      condition: 'one of the two is on',
      of: ({ dhcpMetadataPrefixLength }) => dhcpMetadataPrefixLength === 16,
      outcome: () => `${metadataAddress}/16`,
      result: '`169.254.169.254/16`',
      why: 'metadata is served in qdhcp',
      guest: 'All of 169.254.0.0/16 is on the link for qdhcp; guests notice nothing of it.',
      source: setup,
    },
    {
      condition: 'one of the two is on',
      outcome: () => `${metadataAddress}/32`,
      result: '`169.254.169.254/32`',
      why: 'metadata is served in qdhcp',
      guest: 'Where nobody listens on it, a guest that is led there is refused.',
      source: setup,
    },
  ],
}

/** Decision (c), IPv6. */
export const ipv6AddressTable: DecisionTable<Ipv6AddressFacts, string | null> = {
  title: '(c) … and over IPv6?',
  about:
    'The kernel’s own link-local address stays beside it. Another DHCP agent of the network that has the address already makes this one give it up (duplicate address detection).',
  rows: [
    {
      condition: 'whatever is set',
      of: ({ ipv6Metadata }) => !ipv6Metadata,
      outcome: () => null,
      result: 'none',
      why: 'Neutron serves metadata over IPv6 from Victoria on',
      guest: 'Metadata is for IPv4 alone.',
      source: setup,
    },
    {
      condition: 'neither `enable_isolated_metadata` nor `force_metadata` is on',
      when: ({ options }) => !options.enable_isolated_metadata && !options.force_metadata,
      outcome: () => null,
      result: 'none',
      why: 'enable_isolated_metadata is off',
      guest: 'Nobody on the link has fe80::a9fe:a9fe.',
      source: setup,
    },
    {
      condition: 'the host has no IPv6, or the network’s MTU is below 1280',
      when: ({ carriesIpv6 }) => !carriesIpv6,
      outcome: () => null,
      result: 'none',
      why: 'the DHCP port has no IPv6',
      guest: 'Metadata is for IPv4 alone.',
      source: setup,
    },
    {
      condition: 'no subnet of the network is IPv6',
      of: ({ ipv6AddressNeedsIpv6Subnet }) => ipv6AddressNeedsIpv6Subnet,
      when: ({ hasIpv6Subnet }) => !hasIpv6Subnet,
      outcome: () => null,
      result: 'none',
      why: 'the network has no IPv6 subnet',
      guest: 'Metadata is for IPv4 alone.',
      source: setup,
    },
    {
      condition: 'nothing of that holds',
      outcome: () => `${metadataAddressIpv6}/128`,
      result:
        '`fe80::a9fe:a9fe/128` (`/64` before the point releases of early 2023, with neutron-lib below 3.6)',
      why: 'metadata is served in qdhcp',
      guest:
        'http://[fe80::a9fe:a9fe%25eth0]/ leads to qdhcp, where (a) says whether a proxy listens.',
      source: setup,
    },
  ],
}
