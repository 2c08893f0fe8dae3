import type { Finding } from '../finding.ts'
import type { TopologyPath } from '../mistake.ts'
import type { PrunedTopology } from '../prune.ts'
import type { Topology } from '../schema.ts'

/** Ids, MACs and device names that two resources of the file would share. */
export function checkIdentities({ topology }: PrunedTopology): Finding[] {
  const ports = givenPorts(topology)
  const portIds = ports.flatMap(({ idPath, id }) => atPath(idPath, id))
  const macs = ports.flatMap(({ macPath, mac }) => atPath(macPath, mac))
  return [
    ...findDoubles([...givenIds(topology), ...portIds], 'id'),
    ...findDoubles(macs, 'MAC address'),
    ...findSharedNames(portIds, deviceNames),
    ...checkNetworkNames(topology),
  ]
}

interface Given {
  readonly value: string
  readonly path: TopologyPath
}

interface GivenPort {
  readonly id: string | undefined
  readonly idPath: TopologyPath
  readonly mac: string | undefined
  readonly macPath: TopologyPath
}

function givenPorts({ networks, routers, instances, guests }: Topology): GivenPort[] {
  return [
    ...Object.entries(networks).map(([name, { dhcp_port: port }]) => {
      const path = ['networks', name, 'dhcp_port']
      return { ...givenPort({ ...port }, path), id: port.id, idPath: [...path, 'id'] }
    }),
    ...Object.entries(routers).flatMap(([name, { interfaces, external_gateway: gateway }]) => [
      ...interfaces.map((port, index) => givenPort(port, ['routers', name, 'interfaces', index])),
      givenPort(gateway ?? {}, ['routers', name, 'external_gateway']),
    ]),
    ...Object.entries(instances).flatMap(([name, instance]) =>
      instance.networks.map((port, index) =>
        givenPort(port, ['instances', name, 'networks', index]),
      ),
    ),
    ...Object.entries(guests).flatMap(([name, guest]) =>
      guest.networks.map((port, index) => givenPort(port, ['guests', name, 'networks', index])),
    ),
  ]
}

function givenPort(
  port: { readonly port_id?: string; readonly mac_address?: string },
  path: TopologyPath,
): GivenPort {
  return {
    id: port.port_id,
    idPath: [...path, 'port_id'],
    mac: port.mac_address,
    macPath: [...path, 'mac_address'],
  }
}

function givenIds({ networks, routers, instances }: Topology): Given[] {
  return [
    ...Object.entries(networks).flatMap(([name, { id, subnets }]) => [
      ...atPath(['networks', name, 'id'], id),
      ...subnets.flatMap((subnet, index) =>
        atPath(['networks', name, 'subnets', index, 'id'], subnet.id),
      ),
    ]),
    ...Object.entries(routers).flatMap(([name, { id }]) => atPath(['routers', name, 'id'], id)),
    ...Object.entries(instances).flatMap(([name, { id }]) => atPath(['instances', name, 'id'], id)),
  ]
}

function atPath(path: TopologyPath, value: string | undefined): Given[] {
  return value === undefined ? [] : [{ value, path }]
}

function findDoubles(given: readonly Given[], what: string): Finding[] {
  const holders = new Map<string, Given>()
  return given.flatMap(({ value, path }) => {
    const holder = holders.get(value)
    holders.set(value, holder ?? { value, path })
    if (holder === undefined) return []
    return [{ message: `${what} \`${value}\` is already at ${write(holder.path)}`, path }]
  })
}

/** External networks share a name sooner than others; what is said of two bridges is not said again. */
function checkNetworkNames({ networks }: Topology): Finding[] {
  const given = Object.entries(networks).flatMap(([name, { id, 'router:external': isExternal }]) =>
    atPath(['networks', name, 'id'], id).map(one => ({ ...one, isExternal })),
  )
  const bridges = findSharedNames(given, bridgeNames)
  const external = given.filter(({ isExternal }) => isExternal)
  const outside = findSharedNames(external, outsideNames).filter(
    ({ path }) => !bridges.some(bridge => bridge.path === path),
  )
  return [...bridges, ...outside]
}

/** What is named after the beginning of an id. */
interface ShortNames {
  readonly idOf: string
  readonly what: string
  readonly prefix: string
  /** Characters of the id in the name. */
  readonly length: number
}

const deviceNames: ShortNames = { idOf: 'port', what: 'devices', prefix: 'tap', length: 11 }
const bridgeNames: ShortNames = { idOf: 'network', what: 'bridges', prefix: 'brq', length: 11 }
const outsideNames: ShortNames = {
  idOf: 'network',
  what: 'namespaces',
  prefix: 'outside_',
  length: 8,
}

function findSharedNames(ids: readonly Given[], names: ShortNames): Finding[] {
  const { idOf, what, prefix, length } = names
  const holders = new Map<string, Given>()
  return ids.flatMap(({ value, path }) => {
    const start = value.slice(0, length)
    const holder = holders.get(start)
    holders.set(start, holder ?? { value, path })
    if (holder === undefined || holder.value === value) return []
    const message = `${idOf} id \`${value}\` begins like the one at ${write(holder.path)}`
    const hint = `both ${what} would be ${prefix}${start}; change one of the first ${length} characters`
    return [{ message, path, hint }]
  })
}

function write(path: TopologyPath): string {
  return path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1)
}
