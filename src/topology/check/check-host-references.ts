import type { Finding } from '../finding.ts'
import { hostsOf, hostsWith } from '../hosts.ts'
import type { TopologyPath } from '../mistake.ts'
import type { PrunedTopology } from '../prune.ts'
import { hintFromNames } from './hint-from-names.ts'

/** Where the file puts things: on hosts that there are, and that are there for it. */
export function checkHostReferences(pruned: PrunedTopology): Finding[] {
  const { instances, guests, routers, networks, neutron } = pruned.topology
  const isOvn = neutron.mechanism_driver === 'ovn'
  return [
    ...checkPlaces(pruned, 'instances', instances, runsGuests),
    ...checkPlaces(pruned, 'guests', guests, runsGuests),
    ...checkPlaces(pruned, 'routers', routers, isOvn ? null : hasAgents),
    ...Object.entries(networks).flatMap(([name, { dhcp_agents = [] }]) =>
      isOvn ? [] : checkAgents(pruned, ['networks', name, 'dhcp_agents'], dhcp_agents),
    ),
  ]
}

interface Need {
  readonly role: 'network' | 'compute'
  /** What a host without the role does not. */
  readonly lack: string
}

const runsGuests: Need = { role: 'compute', lack: 'runs no guests' }
const hasAgents: Need = { role: 'network', lack: 'has no DHCP and L3 agents' }

function checkPlaces(
  pruned: PrunedTopology,
  section: string,
  placed: Readonly<Record<string, { readonly host?: string }>>,
  need: Need | null,
): Finding[] {
  return Object.entries(placed).flatMap(([name, { host }]) =>
    host === undefined ? [] : checkHost(pruned, [section, name, 'host'], host, need),
  )
}

function checkAgents(
  pruned: PrunedTopology,
  path: TopologyPath,
  hosts: readonly string[],
): Finding[] {
  return hosts.flatMap((host, index) => {
    if (hosts.indexOf(host) === index) return checkHost(pruned, [...path, index], host, hasAgents)
    return [{ message: `\`${host}\` is named twice`, path: [...path, index] }]
  })
}

function checkHost(
  { topology, namesIn, isDamaged }: PrunedTopology,
  path: TopologyPath,
  name: string,
  need: Need | null,
): Finding[] {
  const host = hostsOf(topology).get(name)
  const given = namesIn('hosts')
  if (given.has(name) && (host === undefined || isDamaged(['hosts', name]))) return []
  if (host === undefined || (given.size > 0 && !given.has(name))) {
    const known = given.size > 0 ? given : new Set(hostsOf(topology).keys())
    return [{ message: `there is no host \`${name}\``, path, ...hintFromNames(name, known) }]
  }
  if (need === null || host.roles.includes(need.role)) return []
  const fit = hostsWith(topology, need.role)
  const others = fit.length === 0 ? '' : `, or take ${fit.slice(0, 20).join(', ')}`
  return [
    {
      message: `host \`${name}\` ${need.lack}: its roles are ${host.roles.join(', ')}`,
      path,
      hint: `add ${need.role} to its roles${others}`,
    },
  ]
}
