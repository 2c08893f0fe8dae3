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
    ...findSharedDeviceNames(portIds),
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

function givenPorts({ networks, routers, instances }: Topology): GivenPort[] {
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

/** Interfaces are named after the first eleven characters of the port's id. */
function findSharedDeviceNames(portIds: readonly Given[]): Finding[] {
  const holders = new Map<string, Given>()
  return portIds.flatMap(({ value, path }) => {
    const device = value.slice(0, 11)
    const holder = holders.get(device)
    holders.set(device, holder ?? { value, path })
    if (holder === undefined || holder.value === value) return []
    const message = `port id \`${value}\` begins like the one at ${write(holder.path)}`
    const hint = `both devices would be tap${device}; change one of the first eleven characters`
    return [{ message, path, hint }]
  })
}

function write(path: TopologyPath): string {
  return path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1)
}
