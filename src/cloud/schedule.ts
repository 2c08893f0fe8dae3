import { dhcpAgentCount, hostsWith } from '../topology/hosts.ts'
import type { Topology } from '../topology/schema.ts'
import type { Cloud } from './cloud.ts'

/** Which host has what, by names of the topology. */
export interface Placement {
  /** The hosts of a network's DHCP agents, the first port's first. */
  readonly dhcp: ReadonlyMap<string, readonly string[]>
  readonly routers: ReadonlyMap<string, string>
  /** Of instances and guests. */
  readonly guests: ReadonlyMap<string, string>
}

/**
 * Where everything is that the file does not place: where it was, if that host still has the role, else on the host with
 * the least of its kind, the first in the file among equals. As Neutron's LeastRoutersScheduler and its WeightScheduler for
 * DHCP do (neutron/scheduler, 2026.1). Hosts that are cut off count as others do; in Neutron only until
 * `agent_down_time` has passed.
 */
export function placeOnHosts(topology: Topology, standing: Cloud | null): Placement {
  const networkHosts = hostsWith(topology, 'network')
  const machines = { ...topology.instances, ...topology.guests }
  const before = placementOf(standing)
  return {
    dhcp: placeSeveral(
      Object.entries(topology.networks)
        .filter(([, { subnets }]) => subnets.some(({ enable_dhcp }) => enable_dhcp))
        .map(([name, network]) => ({
          name,
          given: network.dhcp_agents ?? [],
          before: before.dhcp.get(name) ?? [],
          count: dhcpAgentCount(topology, network),
        })),
      networkHosts,
    ),
    routers: placeEach(topology.routers, before.routers, networkHosts),
    guests: placeEach(machines, before.guests, hostsWith(topology, 'compute')),
  }
}

/** Where a cloud has everything. */
function placementOf(cloud: Cloud | null): Placement {
  const { networks = [], ports = [], routers = [], guests = [] } = cloud ?? {}
  const agents = (id: string) =>
    ports.filter(port => port.network_id === id && port.device_owner === 'network:dhcp')
  return {
    dhcp: new Map(
      networks.map(({ id, name }) => [name, agents(id).map(port => port['binding:host_id'])]),
    ),
    routers: new Map(routers.map(({ name, host }) => [name, host])),
    guests: new Map(guests.map(({ name, host }) => [name, host])),
  }
}

function placeEach(
  things: Readonly<Record<string, { readonly host?: string }>>,
  before: ReadonlyMap<string, string>,
  hosts: readonly string[],
): Map<string, string> {
  const wishes = Object.entries(things).map(([name, { host }]) => {
    const stood = before.get(name)
    return {
      name,
      given: host === undefined ? [] : [host],
      before: stood === undefined ? [] : [stood],
      count: 1,
    }
  })
  const placed = placeSeveral(wishes, hosts)
  return new Map(Array.from(placed, ([name, [host = '']]) => [name, host]))
}

interface Wish {
  readonly name: string
  readonly given: readonly string[]
  readonly before: readonly string[]
  readonly count: number
}

function placeSeveral(wishes: readonly Wish[], hosts: readonly string[]): Map<string, string[]> {
  const placed = new Map(
    wishes.map(({ name, given, before, count }) => {
      const kept = given.length > 0 ? given : before.filter(host => hosts.includes(host))
      return [name, kept.slice(0, count)]
    }),
  )
  const load = new Map(hosts.map(host => [host, 0]))
  const add = (host: string) => load.set(host, (load.get(host) ?? 0) + 1)
  for (const chosen of placed.values()) chosen.forEach(add)
  for (const { name, count } of wishes) {
    const chosen = placed.get(name) ?? []
    while (chosen.length < count) {
      const host = leastLoaded(
        hosts.filter(candidate => !chosen.includes(candidate)),
        load,
      )
      if (host === undefined) break
      chosen.push(host)
      add(host)
    }
  }
  return placed
}

function leastLoaded(
  hosts: readonly string[],
  load: ReadonlyMap<string, number>,
): string | undefined {
  const loadOf = (host: string) => load.get(host) ?? 0
  return hosts.reduce<string | undefined>(
    (best, host) => (best === undefined || loadOf(host) < loadOf(best) ? host : best),
    undefined,
  )
}
