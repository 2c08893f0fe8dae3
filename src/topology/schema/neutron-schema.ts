import * as v from 'valibot'
import { describe } from './describe.ts'
import { dhcpAgent } from './dhcp-agent-schema.ts'
import { l3Agent } from './l3-agent-schema.ts'
import { metadataAgent } from './metadata-agent-schema.ts'
import { metadataRateLimiting } from './metadata-rate-limiting-schema.ts'
import { release } from './release-schema.ts'
import { domainName } from './words.ts'

/** The options of Neutron's agents, under the names of their configuration files. */
export const neutron = v.strictObject({
  release: v.exactOptional(
    describe(
      'Release of Neutron',
      'Whose behaviour the lab shows; the newest by default.',
      release,
    ),
  ),
  mechanism_driver: v.optional(
    describe(
      'Mechanism driver',
      'ml2_conf.ini: who wires networks and tells guests of them. openvswitch has DHCP, L3 and metadata agents on network hosts; with ovn each compute host answers DHCP and metadata by itself, from Ussuri on, and options of dhcp_agent and l3_agent are passed over.',
      v.picklist(['openvswitch', 'ovn'], 'must be `openvswitch` or `ovn`'),
    ),
    'openvswitch',
  ),
  dns_domain: v.optional(
    describe(
      'DNS domain',
      'neutron.conf: the domain of guests’ names; empty for none.',
      v.union([domainName, v.literal('')]),
    ),
    'openstacklocal',
  ),
  dhcp_agents_per_network: v.optional(
    describe(
      'dhcp_agents_per_network',
      'neutron.conf: how many DHCP agents serve each network, as far as there are network hosts.',
      v.pipe(
        v.number(),
        v.integer('must be a whole number'),
        v.minValue(1, 'must be at least 1'),
        v.maxValue(64, 'must be at most 64'),
      ),
    ),
    1,
  ),
  metadata_proxy: v.exactOptional(
    describe(
      'Metadata proxy',
      'What carries guests’ requests to the agent: haproxy, or neutron-ns-metadata-proxy. By default what the release has, haproxy from Pike on.',
      v.picklist(['haproxy', 'ns-metadata-proxy'], 'must be `haproxy` or `ns-metadata-proxy`'),
    ),
  ),
  metadata_rate_limiting: v.optional(
    describe(
      '[metadata_rate_limiting]',
      'How many requests haproxy lets through from each guest, from 2023.2 on; earlier releases pass over it.',
      metadataRateLimiting,
    ),
    {},
  ),
  dhcp_agent: v.optional(
    describe('dhcp_agent.ini', 'Options of neutron-dhcp-agent.', dhcpAgent),
    {},
  ),
  l3_agent: v.optional(describe('l3_agent.ini', 'Options of neutron-l3-agent.', l3Agent), {}),
  metadata_agent: v.optional(
    describe('metadata_agent.ini', 'Options of neutron-metadata-agent.', metadataAgent),
    {},
  ),
})
