import { dhcpNamespace, routerNamespace } from '../neutron/names.ts'
import { stepIds } from './names.ts'
import { namespaceAt, type Site } from './site.ts'

/** Ids of the steps after which a namespace's addresses stand, by namespace. */
export type WiredPorts = ReadonlyMap<string, readonly string[]>

/** The steps after which the addresses of each agent's namespace on a host stand. */
export function wiredPorts(site: Site): WiredPorts {
  const { host, views } = site
  const dhcp = views.dhcp.ports
    .filter(port => port.device_owner === 'network:dhcp' && port['binding:host_id'] === host.name)
    .map(({ id, network_id }) => ({ id, namespace: dhcpNamespace(network_id) }))
  const ofRouter = new Set(views.l3.routers.map(({ id }) => id))
  const l3 = views.l3.ports
    .filter(({ device_id }) => ofRouter.has(device_id))
    .filter(({ device_owner }) => device_owner !== 'network:floatingip')
    .map(({ id, device_id }) => ({ id, namespace: routerNamespace(device_id) }))
  const byNamespace = Map.groupBy([...dhcp, ...l3], ({ namespace }) => namespaceAt(site, namespace))
  return new Map(
    Array.from(byNamespace, ([namespace, ports]) => [
      namespace,
      ports.map(({ id }) => stepIds.addresses(id)),
    ]),
  )
}
