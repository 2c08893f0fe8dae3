import type { Cloud, Host, Network } from '../cloud/cloud.ts'
import { dhcpNamespace, ovnMetadataNamespace, routerNamespace } from '../neutron/names.ts'
import { guestNamespace, hostNamespace, outsideNamespace, ovnRouterNamespace } from './names.ts'
import { type OpenStackNamespace, openStackNamespaces } from './openstack-namespaces.ts'
import type { Plan } from './step.ts'

export interface Node {
  readonly name: string
  readonly namespace: string
  /** The host that the node is; null where it is something else. */
  readonly host: Host | null
}

/** What is known of a lab that stands. */
export interface PlannedLab {
  readonly cloud: Cloud
  readonly plan: Plan
}

/**
 * What an operator calls a node: a guest, a router, a host or a network by name, or a namespace by OpenStack's name or by
 * its own. A network is its qdhcp or ovnmeta, of several the first agent's; `@<host>` after the name says whose. An external
 * network without DHCP is its provider's router. Null: no such node.
 */
export function findNode(lab: PlannedLab, word: string): Node | null {
  const known = nodesOf(lab)
  const found =
    known.find(({ name }) => name === word) ?? known.find(one => one.also.includes(word))
  if (found !== undefined) return found
  const made = lab.plan.steps.some(step => step.kind === 'netns' && step.namespace === word)
  return made ? { name: word, namespace: word, host: null } : null
}

/** The names that `findNode` knows, guests first; with a host where there is more than one to choose from. */
export function nodeNames(lab: PlannedLab): string[] {
  return nodesOf(lab).flatMap(({ name, isOnly }) => (isOnly ? [] : [name]))
}

interface KnownNode extends Node {
  readonly also: readonly string[]
  /** Named with its host although no other has it. */
  readonly isOnly?: boolean
}

function nodesOf({ cloud, plan }: PlannedLab): KnownNode[] {
  const made = Map.groupBy(openStackNamespaces(plan.steps), ({ name }) => name)
  const have = (name: string) => made.get(name) ?? []
  return [
    ...cloud.guests.map(guest => plainNode(guest.name, guestNamespace(cloud, guest))),
    ...cloud.networks.flatMap(network => {
      const served = [...have(dhcpNamespace(network.id)), ...have(ovnMetadataNamespace(network.id))]
      return networkNodes(cloud, network, served)
    }),
    ...cloud.routers.flatMap(router => {
      const nodes = nodesOnHosts(router.name, have(routerNamespace(router.id)))
      return nodes.length > 0 ? nodes : [plainNode(router.name, ovnRouterNamespace(cloud, router))]
    }),
    ...cloud.hosts.map(host => ({
      ...plainNode(host.name, hostNamespace(cloud.lab, host.name)),
      host,
    })),
  ]
}

function plainNode(name: string, namespace: string): KnownNode {
  return { name, namespace, host: null, also: [namespace] }
}

function networkNodes(
  cloud: Cloud,
  network: Network,
  served: readonly OpenStackNamespace[],
): KnownNode[] {
  if (served.length > 0) return nodesOnHosts(network.name, inOrderOfPorts(cloud, network, served))
  const isOutside = network['router:external']
  return isOutside ? [plainNode(network.name, outsideNamespace(cloud, network))] : []
}

/** The agent whose port is the network's first comes first. */
function inOrderOfPorts(
  { ports }: Cloud,
  { id }: Network,
  served: readonly OpenStackNamespace[],
): OpenStackNamespace[] {
  const hosts = ports
    .filter(port => port.network_id === id && port.device_owner === 'network:dhcp')
    .map(port => port['binding:host_id'])
  const rank = ({ host }: OpenStackNamespace) =>
    hosts.includes(host) ? hosts.indexOf(host) : hosts.length
  return served.toSorted((one, other) => rank(one) - rank(other))
}

function nodesOnHosts(name: string, places: readonly OpenStackNamespace[]): KnownNode[] {
  const [first] = places
  if (first === undefined) return []
  return [
    { ...plainNode(name, first.namespace), also: [first.namespace, first.name] },
    ...places.map(place => ({
      ...plainNode(`${name}@${place.host}`, place.namespace),
      also: [place.namespace, `${place.name}@${place.host}`],
      isOnly: places.length === 1,
    })),
  ]
}
