import { hearsFromServer } from '../neutron/agent-knowledge.ts'
import { changeStates } from './change-states.ts'
import type { LabRecord } from './record.ts'
import { agentsOf } from './restart-services.ts'
import type { UpResult } from './up.ts'

/**
 * Cuts hosts off from the others, management, tunnels and provider networks alike, or joins them again. Agents that can hear
 * from neutron-server again are told that they were given up and fetch everything (`AGENT_REVIVED`,
 * neutron/agent/rpc.py). The caller holds the lab's lock.
 */
export async function isolateHosts(
  record: LabRecord,
  isolated: readonly string[],
  signal: AbortSignal,
): Promise<UpResult> {
  const { cloud, states } = record
  const before = states.isolated ?? []
  const revived = cloud.hosts.filter(
    host => hearsFromServer(cloud, host, isolated) && !hearsFromServer(cloud, host, before),
  )
  return await changeStates(record, {
    states: { ...states, isolated },
    synchronizing: agentsOf(record)
      .filter(({ host }) => revived.some(({ name }) => name === host))
      .map(agent => ({ ...agent, because: 'revival' })),
    signal,
  })
}
