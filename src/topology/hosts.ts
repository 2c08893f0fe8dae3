import type { Topology } from './schema.ts'

export type TopologyHost = Topology['hosts'][string]

/** The machines of a topology by name: one with every role where it names none. */
export function hostsOf({ hosts }: Pick<Topology, 'hosts'>): ReadonlyMap<string, TopologyHost> {
  const named = Object.entries(hosts)
  return new Map(named.length === 0 ? [['controller', allInOne]] : named)
}

const allInOne: TopologyHost = { roles: ['controller', 'network', 'compute'] }

/** The names of the hosts with a role, in the order of the file. */
export function hostsWith(
  topology: Pick<Topology, 'hosts'>,
  role: TopologyHost['roles'][number],
): string[] {
  return Array.from(hostsOf(topology)).flatMap(([name, { roles }]) =>
    roles.includes(role) ? [name] : [],
  )
}

/** How many DHCP agents serve a network: those that it names, or as many as there should and can be. */
export function dhcpAgentCount(
  topology: Pick<Topology, 'hosts' | 'neutron'>,
  { dhcp_agents }: Topology['networks'][string],
): number {
  const wanted = dhcp_agents?.length ?? topology.neutron.dhcp_agents_per_network
  return Math.min(wanted, hostsWith(topology, 'network').length)
}
