import { type AgentStates, agentKey } from '../cloud/agent-states.ts'
import { hostView } from '../cloud/agent-view.ts'
import type { Cloud, Host } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { agentSteps, supervisorStep } from './agent-steps.ts'
import { withViews } from './bridged-on.ts'
import { certificateSteps } from './certificate-steps.ts'
import { placeInContainers } from './containers.ts'
import { dhcpSteps } from './dhcp-steps.ts'
import { guestSteps, guestsBaseSteps } from './guest-steps.ts'
import { hostSteps } from './host-steps.ts'
import { metadataSteps } from './metadata-steps.ts'
import { outsideSteps } from './outside-steps.ts'
import { ovnSteps } from './ovn-steps.ts'
import { proxySteps } from './proxy-steps.ts'
import { radvdSteps } from './radvd-steps.ts'
import { reachOf } from './reach.ts'
import { routerSteps } from './router-steps.ts'
import type { Site } from './site.ts'
import { stateSteps } from './state-steps.ts'
import type { Plan, ServiceStep, Step } from './step.ts'
import { viewsOf } from './views.ts'
import { watcherOf } from './watchers.ts'
import { wiredPorts } from './wired-ports.ts'
import { wiresSteps } from './wires-steps.ts'

/**
 * Everything that must stand for a cloud, on its hosts, as their agents know it. Pure: the same cloud, facts and states give
 * the same plan.
 */
export function buildPlan(cloud: Cloud, facts: MachineFacts, states: AgentStates = {}): Plan {
  const views = new Map(cloud.hosts.map(host => [host, viewsOf(cloud, host, states)]))
  const wired = withViews(cloud, [...views.values()])
  const sites = Array.from(
    views,
    ([host, own]): Site => ({ cloud: wired, host, facts, views: own }),
  )
  const [first] = cloud.hosts
  const steps = [
    ...stateSteps(cloud),
    ...wiresSteps(wired, facts),
    ...(first === undefined ? [] : certificateSteps(cloud, first)),
    ...sites.flatMap(site => stepsOfHost(site, isCutOff(site.host, states))),
    ...wired.networks.flatMap(network => outsideSteps(wired, network, facts)),
  ]
  const guests = [
    ...guestsBaseSteps(cloud),
    ...cloud.guests.flatMap(guest =>
      guestSteps(cloud, guest, facts, nic => reachOf(sites, guest, nic, states)),
    ),
  ]
  const running = [...steps, ...withoutAbsent(guests, steps)].filter(
    step => !isStopped(step, states),
  )
  const placed = placeInContainers(cloud, facts, running)
  const all = [...placed, ...watcherSteps(sites, placed.filter(isWatched), states)]
  return { lab: cloud.lab, statePath: cloud.neutron.state_path, steps: all }
}

/** The agents of the hosts, but for those that are stopped, and the supervisor of all that they do not look after. */
function watcherSteps(
  sites: readonly Site[],
  services: readonly ServiceStep[],
  states: AgentStates,
): ServiceStep[] {
  const [first] = sites
  if (first === undefined || services.length === 0) return []
  const agents = sites
    .flatMap(site => agentSteps(site, services))
    .filter(step => !isStopped(step, states))
  const rest = services.filter(service => watcherOf(service) === 'supervisor')
  const { cloud, host, facts } = first
  return [...agents, supervisorStep(cloud, host, facts, [...rest, ...agents])]
}

function stepsOfHost(site: Site, cutOff: boolean): Step[] {
  const { cloud, host, facts } = site
  return [
    ...hostSteps(cloud, host, facts, cutOff),
    ...metadataSteps(hostView(cloud, host), site),
    ...(cloud.neutron.mechanism_driver === 'ovn' ? ovnSteps(site) : agentsSteps(site)),
  ]
}

function isStopped(step: Step, { stopped = [] }: AgentStates): boolean {
  return step.kind === 'service' && stopped.includes(agentKey(step.service, step.host))
}

/** What the DHCP and L3 agents of a host make. */
function agentsSteps(site: Site): Step[] {
  const { views } = site
  const wired = wiredPorts(site)
  return [
    ...views.dhcp.networks.flatMap(network => dhcpSteps(site, network)),
    ...views.l3.routers.flatMap(router => routerSteps(site, router)),
    ...radvdSteps(site, wired),
    ...proxySteps(site, wired),
  ]
}

function isCutOff({ name }: Host, { isolated = [] }: AgentStates): boolean {
  return isolated.includes(name)
}

/** A guest does not wait for servers that there are none of, nor for tunnels between hosts that are one. */
function withoutAbsent(guests: readonly Step[], others: readonly Step[]): Step[] {
  const ids = new Set([...others, ...guests].map(({ id }) => id))
  return guests.map(step => ({ ...step, needs: step.needs.filter(need => ids.has(need)) }))
}

/** What an engine puts back needs no supervisor. */
function isWatched(step: Step): step is ServiceStep {
  return step.kind === 'service' && step.supervised && step.container === undefined
}
