import type { Cloud, Host, Port } from './cloud.ts'
import { metadataServicesOf, ownSocketOf } from './derive-metadata-agent.ts'

/** The agents that have a view of their own of the cloud. */
export const viewingAgents = ['neutron-dhcp-agent', 'neutron-l3-agent'] as const

export type ViewingAgent = (typeof viewingAgents)[number]

/** A cloud with the paths of one of its hosts: its state, and its own agent's socket where it has one. */
export function hostView(cloud: Cloud, { state_path }: Host): Cloud {
  if (cloud.neutron.state_path === state_path) return cloud
  const { metadata_agent } = cloud.neutron
  const metadata_proxy_socket = metadataServicesOf(cloud).agent
    ? ownSocketOf(state_path)
    : metadata_agent.metadata_proxy_socket
  return {
    ...cloud,
    neutron: {
      ...cloud.neutron,
      state_path,
      metadata_agent: { ...metadata_agent, metadata_proxy_socket },
    },
  }
}

/**
 * What the DHCP agent of a host is told: the networks scheduled to it with all their ports, its own DHCP port before
 * other agents'. It is told of routers only by their ports.
 */
export function dhcpAgentView(cloud: Cloud, host: Host): Cloud {
  const isOwn = (port: Port) =>
    port.device_owner === 'network:dhcp' && port['binding:host_id'] === host.name
  const served = new Set(cloud.ports.filter(isOwn).map(({ network_id }) => network_id))
  const ports = cloud.ports.filter(({ network_id }) => served.has(network_id))
  return {
    ...hostView(cloud, host),
    networks: cloud.networks.filter(({ id }) => served.has(id)),
    ports: [...ports.filter(isOwn), ...ports.filter(port => !isOwn(port))],
  }
}

/** What the L3 agent of a host is told: the routers scheduled to it, and the networks that they are on. */
export function l3AgentView(cloud: Cloud, host: Host): Cloud {
  const routers = cloud.routers.filter(router => router.host === host.name)
  const ids = new Set(routers.map(({ id }) => id))
  const joined = new Set(
    cloud.ports.filter(port => ids.has(port.device_id)).map(({ network_id }) => network_id),
  )
  return {
    ...hostView(cloud, host),
    routers,
    networks: cloud.networks.filter(({ id }) => joined.has(id)),
    ports: cloud.ports.filter(({ network_id }) => joined.has(network_id)),
    floating_ips: cloud.floating_ips.filter(({ router_id }) => ids.has(router_id)),
  }
}
