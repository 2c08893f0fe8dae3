import type { Cloud } from '../cloud/cloud.ts'
import { dhcpNamespace, routerNamespace } from '../neutron/names.ts'
import { guestNamespace, hostNamespace, outsideNamespace } from './names.ts'

interface Node {
  readonly name: string
  readonly namespace: string
}

/**
 * The namespace of what an operator calls a node: a guest, a router, a host or a network by name, or a namespace
 * by its own. A network is its qdhcp; an external one without DHCP is its provider's router. Null: no such node.
 */
export function findNode(cloud: Cloud, node: string): string | null {
  const found = nodesOf(cloud).find(({ name, namespace }) => name === node || namespace === node)
  return found?.namespace ?? null
}

/** The names that `findNode` knows, guests first. */
export function nodeNames(cloud: Cloud): string[] {
  return nodesOf(cloud).map(({ name }) => name)
}

function nodesOf(cloud: Cloud): Node[] {
  return [
    ...cloud.guests.map(guest => ({ name: guest.name, namespace: guestNamespace(cloud, guest) })),
    ...cloud.networks.flatMap(network => networkNode(cloud, network)),
    ...cloud.routers.map(({ id, name }) => ({ name, namespace: routerNamespace(id) })),
    ...cloud.hosts.map(({ name }) => ({ name, namespace: hostNamespace(cloud.lab, name) })),
  ]
}

function networkNode(cloud: Cloud, network: Cloud['networks'][number]): Node[] {
  const { id, name } = network
  const hasDhcp = cloud.ports.some(
    port => port.network_id === id && port.device_owner === 'network:dhcp',
  )
  if (hasDhcp) return [{ name, namespace: dhcpNamespace(id) }]
  return network['router:external'] ? [{ name, namespace: outsideNamespace(cloud, network) }] : []
}
