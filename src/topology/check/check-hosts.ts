import type { Finding } from '../finding.ts'
import { hostsWith } from '../hosts.ts'
import type { PrunedTopology } from '../prune.ts'
import type { Topology } from '../schema.ts'

/** The hosts themselves: one controller, somebody for whatever needs a host, and names that sockets' paths can hold. */
export function checkHosts(pruned: PrunedTopology): Finding[] {
  const { topology } = pruned
  const names = Array.from(pruned.namesIn('hosts'))
  if (names.length === 0) return []
  const long = names.length === 1 ? [] : names.filter(name => name.length > longestName)
  return [
    ...long.map(tooLong),
    ...(pruned.isDamaged(['hosts'])
      ? []
      : [...checkControllers(topology), ...findMissing(topology)]),
  ]
}

/** With /var/lib/lab/<lab>/hosts/ before it, /metadata_proxy after it, and the longest name of a lab: sun_path of unix(7). */
export const longestName = 40

function tooLong(name: string): Finding {
  const message = `has more than ${longestName} characters, so the path of its metadata_proxy socket may be longer than a socket’s path can be`
  return { message: `\`${name}\` ${message}`, path: ['hosts', name], part: 'key' }
}

function checkControllers(topology: Topology): Finding[] {
  const [first, ...others] = hostsWith(topology, 'controller')
  if (first === undefined) return [lacks('controller', 'nova-api-metadata runs there')]
  return others.map(name => ({
    message: `\`${first}\` is the controller already, and there can be but one nova-api-metadata`,
    path: ['hosts', name],
    hint: 'leave the role out here',
  }))
}

function findMissing(topology: Topology): Finding[] {
  const forGuests = firstOf(topology.instances, 'instance') ?? firstOf(topology.guests, 'guest')
  return [
    ...missing(topology, 'network', servedByAgents(topology)),
    ...missing(topology, 'compute', forGuests),
  ]
}

/** ML2/OVN has no agents on network hosts. */
function servedByAgents({ neutron, networks, routers }: Topology): string | undefined {
  if (neutron.mechanism_driver === 'ovn') return undefined
  const served = Object.entries(networks).find(([, { subnets }]) =>
    subnets.some(({ enable_dhcp }) => enable_dhcp),
  )
  return served === undefined
    ? firstOf(routers, 'router')
    : `the DHCP agent of network \`${served[0]}\``
}

function firstOf(section: Readonly<Record<string, unknown>>, one: string): string | undefined {
  const [name] = Object.keys(section)
  return name === undefined ? undefined : `${one} \`${name}\``
}

function missing(
  topology: Topology,
  role: 'network' | 'compute',
  needer: string | undefined,
): Finding[] {
  if (needer === undefined || hostsWith(topology, role).length > 0) return []
  return [lacks(role, `${needer} has no place to be`)]
}

function lacks(role: string, why: string): Finding {
  return {
    message: `no host has the role ${role}: ${why}`,
    path: ['hosts'],
    part: 'key',
    hint: `add it to the roles of one: \`roles: [${role}, …]\``,
  }
}
