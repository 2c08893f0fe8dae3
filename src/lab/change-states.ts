import { type AgentStates, agentKey } from '../cloud/agent-states.ts'
import type { ViewingAgent } from '../cloud/agent-view.ts'
import { gatherFacts } from '../linux/gather-facts.ts'
import { canFetch, tellAgents } from '../neutron/agent-knowledge.ts'
import { neutronRelease } from '../neutron/release.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { isService, type ServiceStep } from '../plan/step.ts'
import { METADATA_PROXIES, watcherOf } from '../plan/watchers.ts'
import type { LabRecord } from './record.ts'
import { bringUp, type UpResult } from './up.ts'

/** An agent of one host. */
export interface HostAgent {
  readonly agent: ViewingAgent
  readonly host: string
}

interface StateChange {
  /** What is stopped or cut off from now on. */
  readonly states: Omit<AgentStates, 'known' | 'proxies'>
  /** Agents that fetch all that neutron-server has for them, and how each comes to it. */
  readonly synchronizing?: readonly (HostAgent & { readonly because: 'start' | 'revival' })[]
  /** Ids of other services that begin anew. */
  readonly anew?: readonly string[]
  /** The agent that does it by itself, by the name of its service. */
  readonly by?: string
  readonly signal: AbortSignal
}

/**
 * Makes a lab that stands be in other states: its agents are told what they can hear, what they look after becomes as
 * they know it, and those that synchronize do it as their release does, where they run and neutron-server is to be
 * reached: without it Neutron's leave all as it is. The caller holds the lab's lock.
 */
export async function changeStates(
  { topology, kept, options, containers, cloud, states: before }: LabRecord,
  { states, synchronizing = [], anew = [], by, signal }: StateChange,
): Promise<UpResult> {
  const fetching = synchronizing
    .filter(({ agent, host }) => canFetch(cloud, agent, host, states))
    .map(({ agent, host }) => agentKey(agent, host))
  const told = tellAgents(cloud, { cloud, states: before }, states, fetching)
  const plan = buildPlan(cloud, gatherFacts(containers), told)
  const begunAgain = plan.steps
    .filter(isService)
    .filter(service =>
      synchronizing.some(
        one =>
          fetching.includes(agentKey(one.agent, one.host)) &&
          service.host === one.host &&
          watcherOf(service) === one.agent &&
          beginsAgain(service, one.because, cloud.neutron.release),
      ),
    )
  return await bringUp({
    topology,
    kept,
    ...(options === undefined ? {} : { options }),
    containers,
    cloud,
    states: told,
    plan,
    anew: new Set([...begunAgain.map(({ id }) => id), ...anew]),
    ...(by === undefined ? {} : { by }),
    signal,
  })
}

/**
 * A DHCP agent that fetches everything enables dnsmasq for each network, which ends the one that runs; at its first look
 * after a start it does the same with the proxy, from Victoria on. The L3 agent finds its processes and leaves them.
 */
function beginsAgain({ service, namespace }: ServiceStep, because: string, release: string) {
  if (!namespace?.startsWith('qdhcp-')) return false
  if (service === 'dnsmasq') return true
  const { restartsProxyAtStart } = neutronRelease(release)
  return because === 'start' && restartsProxyAtStart && METADATA_PROXIES.includes(service)
}
