import { dhcpNamespace, ovnMetadataNamespace, routerNamespace } from '../neutron/names.ts'
import type { PlannedLab } from './find-node.ts'
import { guestNamespace, ovnDhcpNamespace } from './names.ts'
import { openStackNamespaces } from './openstack-namespaces.ts'

/**
 * What people call that which is in a namespace: the name of its network, router or guest, without its host's. Not in it: hosts,
 * wires, and what an agent still has although the cloud does not.
 */
export function nameNamespaces({ cloud, plan }: PlannedLab): ReadonlyMap<string, string> {
  const { networks, routers, guests, hosts } = cloud
  const called = new Map([
    ...networks.map(({ id, name }) => [dhcpNamespace(id), name] as const),
    ...networks.map(({ id, name }) => [ovnMetadataNamespace(id), name] as const),
    ...routers.map(({ id, name }) => [routerNamespace(id), name] as const),
  ])
  return new Map([
    ...openStackNamespaces(plan.steps).flatMap(({ name, namespace }) => {
      const found = called.get(name)
      return found === undefined ? [] : [[namespace, found] as const]
    }),
    ...networks.flatMap(network =>
      hosts.map(host => [ovnDhcpNamespace(cloud, host, network), network.name] as const),
    ),
    ...guests.map(guest => [guestNamespace(cloud, guest), guest.name] as const),
  ])
}
