import { type AgentStates, agentKey } from '../cloud/agent-states.ts'
import { dhcpAgentView, type ViewingAgent, viewingAgents } from '../cloud/agent-view.ts'
import type { Cloud, Host, Network, Port } from '../cloud/cloud.ts'
import { isAlike } from './is-alike.ts'
import { type MetadataAgentName, metadataAgentName } from './metadata-agent/agent-name.ts'
import { neutronRelease } from './release.ts'
import { type StandingProxies, standingProxies } from './standing-proxies.ts'

/** What was when the agents were last told. */
export interface Before {
  readonly cloud: Cloud
  readonly states: AgentStates
}

/**
 * What the agents hold after a change of the cloud: neutron-server tells them of it, but for those that are stopped or cut
 * off, which keep what they had. Up to Liberty a DHCP agent hears of a router's ports only when it fetches their network
 * anew, at its start (`fetching`, by `agentKey`) and when the network or one of its subnets changes: the L3 plugin made
 * those ports without a word to it (commit aa00310eef, Mitaka). The first lab of a name is all known.
 */
export function tellAgents(
  cloud: Cloud,
  before: Before | null,
  states: Omit<AgentStates, 'known' | 'proxies'>,
  fetching: readonly string[] = [],
): AgentStates {
  const known = Object.fromEntries(
    cloud.hosts.flatMap(host =>
      agentsToldOn(cloud, host).flatMap(agent => {
        const key = agentKey(agent, host.name)
        const had = before === null ? null : (before.states.known?.[key] ?? before.cloud)
        const holds = had === null ? cloud : holdsNow({ agent, host, cloud, had, states, fetching })
        return isAlike(holds, cloud) ? [] : [[key, holds] as const]
      }),
    ),
  )
  const { stopped, isolated } = withoutGone(cloud, states)
  const proxies = before === null ? {} : proxiesThatStay(cloud, before, known, fetching)
  return {
    ...(Object.keys(known).length === 0 ? {} : { known }),
    ...(Object.keys(proxies).length === 0 ? {} : { proxies }),
    ...(stopped.length === 0 ? {} : { stopped }),
    ...(isolated.length === 0 ? {} : { isolated }),
  }
}

/** A host that comes again is another, and a lone one is cut off from nobody. */
function withoutGone(
  { hosts }: Cloud,
  { stopped = [], isolated = [] }: Pick<AgentStates, 'stopped' | 'isolated'>,
): { readonly stopped: readonly string[]; readonly isolated: readonly string[] } {
  const names = hosts.map(({ name }) => name)
  return {
    stopped: stopped.filter(unit => names.some(name => unit.endsWith(`@${name}`))),
    isolated: names.length === 1 ? [] : isolated.filter(name => names.includes(name)),
  }
}

export type ToldAgent = ViewingAgent | MetadataAgentName

/**
 * The agents of a host that hold what they are told. ML2/OVN has one, which hears of ports from the southbound database;
 * neutron-metadata-agent asks when it must know.
 */
export function agentsToldOn({ neutron }: Cloud, { roles }: Host): readonly ToldAgent[] {
  if (neutron.mechanism_driver === 'ovn')
    return roles.includes('compute') ? [metadataAgentName(neutron)] : []
  return roles.includes('network') ? viewingAgents : []
}

/** Of each DHCP agent, by `agentKey`: see `standingProxies`. */
function proxiesThatStay(
  cloud: Cloud,
  before: Before,
  known: Readonly<Record<string, Cloud>>,
  fetching: readonly string[],
): Readonly<Record<string, StandingProxies>> {
  const stay = cloud.hosts.map(host => {
    const key = agentKey('neutron-dhcp-agent', host.name)
    const told = {
      before: dhcpAgentView(before.states.known?.[key] ?? before.cloud, host),
      after: dhcpAgentView(known[key] ?? cloud, host),
      stood: before.states.proxies?.[key] ?? {},
    }
    const configures = fetching.includes(key) || hasOtherOptions(told.before, told.after)
    return [key, standingProxies({ ...told, configures })] as const
  })
  return Object.fromEntries(stay.filter(([, proxies]) => Object.keys(proxies).length > 0))
}

/** Whether neutron-server and the agents of a host can talk to each other. */
export function hearsFromServer(cloud: Cloud, host: Host, isolated: readonly string[]): boolean {
  const isController = ({ roles }: Host) => roles.includes('controller')
  const others = cloud.hosts.filter(isController).concat(host)
  return isController(host) || !others.some(({ name }) => isolated.includes(name))
}

/** Whether an agent runs, and neutron-server is to be reached from its host. */
export function canFetch(
  cloud: Cloud,
  agent: ToldAgent,
  name: string,
  { stopped = [], isolated = [] }: Pick<AgentStates, 'stopped' | 'isolated'>,
): boolean {
  const host = cloud.hosts.find(one => one.name === name)
  if (host === undefined || stopped.includes(agentKey(agent, name))) return false
  return hearsFromServer(cloud, host, isolated)
}

interface Told {
  readonly agent: ToldAgent
  readonly host: Host
  readonly cloud: Cloud
  readonly had: Cloud
  readonly states: Omit<AgentStates, 'known' | 'proxies'>
  readonly fetching: readonly string[]
}

function holdsNow({ agent, host, cloud, had, states, fetching }: Told): Cloud {
  const key = agentKey(agent, host.name)
  if (!canFetch(cloud, agent, host.name, states)) return had
  const { hearsRouterPorts } = neutronRelease(cloud.neutron.release)
  if (agent !== 'neutron-dhcp-agent' || hearsRouterPorts) return cloud
  if (fetching.includes(key) || hasOtherOptions(had, cloud)) return cloud
  return withRouterPortsOf(had, cloud)
}

/** Options are read at an agent's start, so that others mean that it was started again. */
function hasOtherOptions(before: Cloud, after: Cloud): boolean {
  return !isAlike(before.neutron, after.neutron)
}

/** The cloud, with routers' interfaces on the networks that are as they were as the agent has them. */
function withRouterPortsOf(had: Cloud, cloud: Cloud): Cloud {
  const isCached = (network: Network) =>
    had.networks.some(old => old.id === network.id && isAlike(old, network))
  const cached = new Set(cloud.networks.filter(isCached).map(({ id }) => id))
  const isUnheard = ({ network_id, device_owner }: Port) =>
    cached.has(network_id) && device_owner === 'network:router_interface'
  const kept = had.ports.filter(isUnheard)
  const ports = cloud.ports.filter(port => !isUnheard(port))
  const current = cloud.ports.filter(isUnheard)
  return isAlike(kept, current) ? cloud : { ...cloud, ports: insertRouterPorts(ports, kept) }
}

/** Where Neutron's order has them: behind the DHCP ports. */
function insertRouterPorts(ports: readonly Port[], kept: readonly Port[]): Port[] {
  const isDhcps = ({ device_owner }: Port) => device_owner === 'network:dhcp'
  return [...ports.filter(isDhcps), ...kept, ...ports.filter(port => !isDhcps(port))]
}
