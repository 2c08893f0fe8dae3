import { agentKey } from '../cloud/agent-states.ts'
import type { ViewingAgent } from '../cloud/agent-view.ts'
import { metadataAgentNames } from '../neutron/metadata-agent/agent-name.ts'
import type { ServiceName, ServiceStep } from './step.ts'

/** Who puts a service back when it dies. */
export type Watcher = ViewingAgent | 'supervisor'

/**
 * Which process of a lab looks after a service: DHCP's agent after dnsmasq and the proxy in qdhcp, L3's after radvd and the
 * proxy in qrouter, as their ProcessMonitors do; the supervisor after all else, the agents among them, as systemd does, and
 * after the proxies in ovnmeta in the place of OVN's agent (`isAbandoned`, `toldOfBy`).
 */
export function watcherOf({ service, namespace }: ServiceStep): Watcher {
  if (!AGENTS_SERVICES.has(service)) return 'supervisor'
  if (namespace?.startsWith('qrouter-')) return 'neutron-l3-agent'
  return namespace?.startsWith('qdhcp-') ? 'neutron-dhcp-agent' : 'supervisor'
}

export const METADATA_PROXIES: readonly ServiceName[] = ['haproxy', 'neutron-ns-metadata-proxy']

const AGENTS_SERVICES: ReadonlySet<ServiceName> = new Set(['dnsmasq', 'radvd', ...METADATA_PROXIES])

/** Whether the agent is stopped that would put a service back, and the supervisor for it: OVN's the proxies in ovnmeta. */
export function isAbandoned(service: ServiceStep, stopped: readonly string[]): boolean {
  const agents = metadataAgentNames.map(agent => agentKey(agent, service.host))
  return isInOvnmeta(service) && agents.some(agent => stopped.includes(agent))
}

/** The service of a plan in whose log its watcher tells of a service; undefined where that is the watcher's own. */
export function toldOfBy(
  service: ServiceStep,
  services: readonly ServiceStep[],
): ServiceStep | undefined {
  if (!isInOvnmeta(service)) return undefined
  const agents: readonly ServiceName[] = metadataAgentNames
  return services.find(other => other.host === service.host && agents.includes(other.service))
}

/** Whether OVN's agent has started it. */
export function isInOvnmeta({ namespace }: ServiceStep): boolean {
  return namespace?.startsWith('ovnmeta-') ?? false
}
