import { dhcpAgentView, l3AgentView, type ViewingAgent } from '../cloud/agent-view.ts'
import type { Cloud, Host } from '../cloud/cloud.ts'

/** How agents and hosts are, where it is not as usual. */
export interface AgentStates {
  /** What agents hold that have not been told of the cloud as it is: the cloud as they knew it, by `agentKey`. */
  readonly known?: Readonly<Record<string, Cloud>>
  /** Agents that are stopped, by `agentKey`. */
  readonly stopped?: readonly string[]
  /** Hosts that are cut off from the others. */
  readonly isolated?: readonly string[]
}

/** The views of one host's agents. */
export interface HostViews {
  readonly dhcp: Cloud
  readonly l3: Cloud
}

/** An agent among those of all hosts: `neutron-dhcp-agent@network1`. */
export function agentKey(agent: string, host: string): string {
  return `${agent}@${host}`
}

export function viewsOf(cloud: Cloud, host: Host, { known = {} }: AgentStates): HostViews {
  const knownBy = (agent: ViewingAgent) => known[agentKey(agent, host.name)] ?? cloud
  return {
    dhcp: dhcpAgentView(knownBy('neutron-dhcp-agent'), host),
    l3: l3AgentView(knownBy('neutron-l3-agent'), host),
  }
}
