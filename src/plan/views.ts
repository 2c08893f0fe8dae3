import { type AgentStates, agentKey } from '../cloud/agent-states.ts'
import { dhcpAgentView, l3AgentView, type ViewingAgent } from '../cloud/agent-view.ts'
import type { Cloud, Host } from '../cloud/cloud.ts'

/** The views of one host's agents. */
export interface HostViews {
  readonly dhcp: Cloud
  readonly l3: Cloud
  /** Whether a proxy runs in qdhcp where that is not what the DHCP agent would decide now, by network id. */
  readonly proxies: Readonly<Record<string, boolean>>
}

export function viewsOf(cloud: Cloud, host: Host, states: AgentStates): HostViews {
  const { known = {}, proxies = {} } = states
  const knownBy = (agent: ViewingAgent) => known[agentKey(agent, host.name)] ?? cloud
  return {
    dhcp: dhcpAgentView(knownBy('neutron-dhcp-agent'), host),
    l3: l3AgentView(knownBy('neutron-l3-agent'), host),
    proxies: proxies[agentKey('neutron-dhcp-agent', host.name)] ?? {},
  }
}
