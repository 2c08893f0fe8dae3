import * as v from 'valibot'
import type { Cloud } from '../../cloud/cloud.ts'
import { dhcpAgent } from '../../topology/schema/dhcp-agent-schema.ts'
import { l3Agent } from '../../topology/schema/l3-agent-schema.ts'

/**
 * Which options a topology sets that ML2/OVN passes over, in words; null for none. They are those of agents that it does
 * not have.
 */
export function whyOptionsIgnored({ neutron }: Cloud): string | null {
  if (neutron.mechanism_driver === 'openvswitch') return null
  const ignored = [
    ...changed('dhcp_agent', neutron.dhcp_agent, v.parse(dhcpAgent, {})),
    ...changed('l3_agent', neutron.l3_agent, v.parse(l3Agent, {})),
    ...(neutron.dhcp_agents_per_network > 1 ? ['dhcp_agents_per_network'] : []),
  ]
  return ignored.length === 0
    ? null
    : `ML2/OVN has no DHCP and L3 agents; it passes over ${ignored.join(', ')}.`
}

function changed(section: string, options: object, defaults: object): string[] {
  const usual = new Map<string, unknown>(Object.entries(defaults))
  return Object.entries(options)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(usual.get(name)))
    .map(([name]) => `${section}.${name}`)
}
