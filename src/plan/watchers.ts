import type { ViewingAgent } from '../cloud/agent-view.ts'
import type { ServiceName, ServiceStep } from './step.ts'

/** Who puts a service back when it dies. */
export type Watcher = ViewingAgent | 'supervisor'

/**
 * Which process of a lab looks after a service: DHCP's agent after dnsmasq and the proxy in qdhcp, L3's after radvd and the
 * proxy in qrouter, as their ProcessMonitors do; the supervisor after all else, the agents among them, as systemd does.
 */
export function watcherOf({ service, namespace }: ServiceStep): Watcher {
  if (!AGENTS_SERVICES.has(service)) return 'supervisor'
  if (namespace?.startsWith('qrouter-')) return 'neutron-l3-agent'
  return namespace?.startsWith('qdhcp-') ? 'neutron-dhcp-agent' : 'supervisor'
}

export const METADATA_PROXIES: readonly ServiceName[] = ['haproxy', 'neutron-ns-metadata-proxy']

const AGENTS_SERVICES: ReadonlySet<ServiceName> = new Set(['dnsmasq', 'radvd', ...METADATA_PROXIES])
