import { type AgentStates, agentKey } from '../cloud/agent-states.ts'
import { dhcpAgentView, l3AgentView } from '../cloud/agent-view.ts'
import type { Cloud, Host } from '../cloud/cloud.ts'
import { agentsToldOn, hearsFromServer, type ToldAgent } from './agent-knowledge.ts'
import { isAlike } from './is-alike.ts'
import { ovnMetadataPortOf, vifsOn } from './ovn/metadata-port.ts'

interface Told {
  readonly cloud: Cloud
  readonly states: AgentStates
}

/** An agent, by `agentKey`, and why it has not been told. */
export interface NotTold {
  readonly agent: string
  readonly why: string
}

/**
 * The agents that a change of the cloud concerns and that have heard nothing of it: what they would make of it is not there
 * yet. See `tellAgents`.
 */
export function agentsNotTold(before: Told, after: Told): NotTold[] {
  return after.cloud.hosts.flatMap(host =>
    agentsToldOn(after.cloud, host).flatMap(agent => {
      const key = agentKey(agent, host.name)
      const isNews = (one: Cloud, other: Cloud) =>
        !isAlike(toldOf(agent, one, host), toldOf(agent, other, host))
      const knownTo = ({ cloud, states }: Told) => states.known?.[key] ?? cloud
      if (!isNews(before.cloud, after.cloud)) return []
      if (isNews(knownTo(before), knownTo(after)) || !isNews(knownTo(after), after.cloud)) return []
      return [{ agent: key, why: whyNotTold(key, host, after) }]
    }),
  )
}

/** What reaches an agent: of ports, an L3 agent is sent those of its routers alone. */
function toldOf(agent: ToldAgent, cloud: Cloud, host: Host): unknown {
  if (agent === 'neutron-dhcp-agent') {
    const { networks, ports } = dhcpAgentView(cloud, host)
    return [networks, ports]
  }
  if (agent !== 'neutron-l3-agent') return boundTo(cloud, host)
  const { networks, ports, routers, floating_ips } = l3AgentView(cloud, host)
  const ids = new Set(routers.map(({ id }) => id))
  return [networks, ports.filter(({ device_id }) => ids.has(device_id)), routers, floating_ips]
}

/** OVN's agent looks at the machines that are bound to its chassis, and at the metadata ports of their networks. */
function boundTo(cloud: Cloud, host: Host): unknown {
  return cloud.networks.flatMap(network => {
    const vifs = vifsOn(cloud, network, host.name)
    return vifs.length === 0 ? [] : [[network, ovnMetadataPortOf(cloud, network), vifs]]
  })
}

function whyNotTold(key: string, host: Host, { cloud, states }: Told): string {
  const { stopped = [], isolated = [] } = states
  if (stopped.includes(key)) return 'it is stopped'
  if (isolated.includes(host.name)) return `${host.name} is cut off`
  if (!hearsFromServer(cloud, host, isolated)) {
    const teller =
      cloud.neutron.mechanism_driver === 'ovn' ? "OVN's southbound database" : 'neutron-server'
    return `${teller} is cut off`
  }
  return 'up to Liberty it hears of routers’ ports only when it fetches the network anew'
}
