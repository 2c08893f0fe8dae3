import { hostsOf, type TopologyHost } from '../topology/hosts.ts'
import { formatAddress, parseAddress, parseCidr } from '../topology/ip.ts'
import { managementNetwork, tunnelNetwork } from '../topology/management-address.ts'
import type { Topology } from '../topology/schema.ts'
import type { Cloud, Host } from './cloud.ts'
import { statePathOf } from './state-path.ts'

/**
 * The cloud's machines with their addresses in the networks between them: those that the file gives, else those they had,
 * else the next ones from number 11 on; the controllers' come first.
 */
export function deriveHosts(lab: string, topology: Topology, standing: Cloud | null): Host[] {
  const hosts = Array.from(hostsOf(topology))
  const isAlone = hosts.length === 1
  const before = new Map((standing?.hosts ?? []).map(host => [host.name, host]))
  const management = assign(hosts, managementNetwork, {
    given: host => host.management_ip,
    before: name => before.get(name)?.management_cidr ?? null,
  })
  const tunnels = assign(hosts, tunnelNetwork, {
    given: host => host.local_ip,
    before: name => before.get(name)?.tunnel_cidr ?? null,
  })
  return hosts.map(([name, { roles }]) => ({
    name,
    roles,
    management_cidr: management.get(name) ?? '',
    tunnel_cidr: isAlone ? null : (tunnels.get(name) ?? ''),
    state_path: isAlone ? statePathOf(lab) : hostStatePath(lab, name),
  }))
}

/** Where the agents of one of several hosts keep their state. */
export function hostStatePath(lab: string, host: string): string {
  return `${statePathOf(lab)}/hosts/${host}`
}

interface Sources {
  readonly given: (host: TopologyHost) => string | undefined
  readonly before: (name: string) => string | null
}

function assign(
  hosts: readonly (readonly [string, TopologyHost])[],
  cidr: string,
  { given, before }: Sources,
): Map<string, string> {
  const { first = 0n, prefix = 0 } = parseCidr(cidr) ?? {}
  const fixed = new Map(
    hosts.flatMap(([name, host]) => {
      const address = given(host)
      return address === undefined ? [] : [[name, address] as const]
    }),
  )
  const taken = new Set(fixed.values())
  const isController = ([, { roles }]: readonly [string, TopologyHost]) =>
    roles.includes('controller')
  const ordered = [...hosts.filter(isController), ...hosts.filter(host => !isController(host))]
  const free = ordered.filter(([name]) => !fixed.has(name))
  for (const [name] of free) {
    const [address] = before(name)?.split('/') ?? []
    if (address === undefined || taken.has(address) || parseAddress(address) === undefined) continue
    fixed.set(name, address)
    taken.add(address)
  }
  let next = first + FIRST_NUMBER
  for (const [name] of free) {
    if (fixed.has(name)) continue
    while (taken.has(formatAddress({ version: 4, value: next }))) next += 1n
    const address = formatAddress({ version: 4, value: next })
    fixed.set(name, address)
    taken.add(address)
  }
  return new Map(Array.from(fixed, ([name, address]) => [name, `${address}/${prefix}`]))
}

const FIRST_NUMBER = 11n
