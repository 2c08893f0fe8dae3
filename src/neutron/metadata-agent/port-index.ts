import type { ClientAddress } from './client-address.ts'
import type { AgentPort } from './config.ts'

/** The ports of a cloud, as neutron-server answers the agent's get_ports. Ids and addresses compare without case. */
export interface PortIndex {
  /** Networks that a router has an interface on; empty for an unknown router. */
  listRouterNetworks(routerId: string): readonly string[]
  /** Ports on any of the networks that have the address. */
  listPorts(networkIds: readonly string[], client: ClientAddress): readonly AgentPort[]
}

/** Indexes the ports once, so that a request costs the same in a cloud of any size. */
export function indexPorts(ports: readonly AgentPort[]): PortIndex {
  const found = new Map<string, AgentPort[]>()
  const routers = new Map<string, Set<string>>()
  for (const port of ports) {
    for (const key of listKeys(port)) found.set(key, [...(found.get(key) ?? []), port])
    if (!routerOwners.has(port.device_owner)) continue
    const router = port.device_id.toLowerCase()
    routers.set(router, (routers.get(router) ?? new Set()).add(port.network_id))
  }
  return {
    listRouterNetworks: routerId => [...(routers.get(routerId.toLowerCase()) ?? [])],
    listPorts: (networkIds, client) =>
      networkIds.flatMap(network => found.get(makeKey(network, readClient(client))) ?? []),
  }
}

function listKeys(port: AgentPort): string[] {
  const names = [anyClient, port.mac_address, ...port.ip_addresses]
  return [...new Set(names.map(name => makeKey(port.network_id, name)))]
}

function readClient(client: ClientAddress): string {
  if (client.kind === 'any') return anyClient
  return client.kind === 'ip' ? client.ip_address : client.mac_address
}

function makeKey(networkId: string, client: string): string {
  return `${networkId} ${client}`.toLowerCase()
}

const anyClient = '*'
const routerOwners = new Set<string>([
  'network:router_interface',
  'network:ha_router_replicated_interface',
  'network:router_interface_distributed',
])
