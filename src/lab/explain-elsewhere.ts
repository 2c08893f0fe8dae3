import type { Cloud } from '../cloud/cloud.ts'
import { metadataServicesOf } from '../cloud/derive-metadata-agent.ts'
import { findSocketProblem, type SocketProblem } from '../linux/find-socket-problem.ts'
import { gatherFacts } from '../linux/gather-facts.ts'
import { formatAuthority } from '../neutron/metadata-agent/nova-endpoint.ts'
import { novaEndpoint } from '../neutron/metadata-agent/nova-request.ts'

/** What keeps a lab's proxies from an agent that is not its own; null where nothing is seen. */
export function findAgentProblem(cloud: Cloud): SocketProblem | null {
  const { metadata_proxy_socket } = cloud.neutron.metadata_agent
  if (metadataServicesOf(cloud).agent) return null
  return findSocketProblem(metadata_proxy_socket, gatherFacts())
}

/** The same in one line, with what to do about it. */
export function describeAgentProblem(cloud: Cloud): string | null {
  const problem = findAgentProblem(cloud)
  if (problem === null) return null
  return problem.remedy === null ? problem.found : `${problem.found}: ${problem.remedy}`
}

/** Why a guest may get no metadata although all of its lab stands: what serves it is not the lab's. */
export function explainElsewhere(cloud: Cloud): string[] {
  const { agent, nova } = metadataServicesOf(cloud)
  const { metadata_agent } = cloud.neutron
  if (nova) return []
  if (agent) {
    const endpoint = novaEndpoint(metadata_agent)
    return [
      `its metadata comes from another nova, ${endpoint.protocol}://${formatAuthority(endpoint)}; ` +
        `\`lab --lab ${cloud.lab} logs neutron-metadata-agent\` says what came of asking it`,
    ]
  }
  return [
    describeAgentProblem(cloud) ??
      `its metadata comes from another agent, behind ${metadata_agent.metadata_proxy_socket}, which must know these ports; its log says what it made of the request`,
  ]
}
