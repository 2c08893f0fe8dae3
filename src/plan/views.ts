import { type AgentStates, agentKey } from '../cloud/agent-states.ts'
import { dhcpAgentView, hostView, l3AgentView, type ViewingAgent } from '../cloud/agent-view.ts'
import type { Cloud, Host } from '../cloud/cloud.ts'
import { type MetadataAgentName, metadataAgentName } from '../neutron/metadata-agent/agent-name.ts'

/** The views of one host's agents. */
export interface HostViews {
  readonly dhcp: Cloud
  readonly l3: Cloud
  /** What the metadata agent of ML2/OVN has heard of. */
  readonly ovn: Cloud
  /** Whether a proxy runs in qdhcp where that is not what the DHCP agent would decide now, by network id. */
  readonly proxies: Readonly<Record<string, boolean>>
}

export function viewsOf(cloud: Cloud, host: Host, states: AgentStates): HostViews {
  const { known = {}, proxies = {} } = states
  const knownBy = (agent: ViewingAgent | MetadataAgentName) =>
    known[agentKey(agent, host.name)] ?? cloud
  return {
    dhcp: dhcpAgentView(knownBy('neutron-dhcp-agent'), host),
    l3: l3AgentView(knownBy('neutron-l3-agent'), host),
    ovn: hostView(knownBy(metadataAgentName(cloud.neutron)), host),
    proxies: proxies[agentKey('neutron-dhcp-agent', host.name)] ?? {},
  }
}
