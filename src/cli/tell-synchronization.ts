import { agentKey } from '../cloud/agent-states.ts'
import type { LabRecord } from '../lab/record.ts'
import { agentsOf } from '../lab/restart-services.ts'
import { canFetch } from '../neutron/agent-knowledge.ts'

/** What became of an agent's synchronization in a lab that it was to happen in, by `agentKey`; null for what is no agent. */
export function tellSynchronization(
  { cloud, states }: Pick<LabRecord, 'cloud' | 'states'>,
  unit: string,
): string | null {
  const found = agentsOf({ cloud }).find(({ agent, host }) => agentKey(agent, host) === unit)
  if (found === undefined) return null
  return canFetch(cloud, found.agent, found.host, states)
    ? 'has synchronized'
    : 'does not reach neutron-server: it knows what it knew'
}
