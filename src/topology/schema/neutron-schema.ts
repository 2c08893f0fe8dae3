import * as v from 'valibot'
import { describe } from './describe.ts'
import { dhcpAgent } from './dhcp-agent-schema.ts'
import { l3Agent } from './l3-agent-schema.ts'
import { metadataAgent } from './metadata-agent-schema.ts'
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
  dns_domain: v.optional(
    describe(
      'DNS domain',
      'neutron.conf: the domain of guests’ names; empty for none.',
      v.union([domainName, v.literal('')]),
    ),
    'openstacklocal',
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
