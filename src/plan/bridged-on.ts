import type { Cloud, Host, Network } from '../cloud/cloud.ts'
import type { HostViews } from './views.ts'

/** The hosts that have a bridge of a network: those that a port or a guest's NIC on it is bound to; a lone host has all. */
export function bridgedOn({ hosts, ports, guests }: Cloud, { id }: Network): readonly Host[] {
  if (hosts.length === 1) return hosts
  const names = new Set([
    ...ports
      .filter(({ network_id }) => network_id === id)
      .map(({ 'binding:host_id': host }) => host),
    ...guests
      .filter(({ nics }) => nics.some(({ network_id }) => network_id === id))
      .map(({ host }) => host),
  ])
  return hosts.filter(({ name }) => names.has(name))
}

/** Whether a network crosses hosts in a tunnel; a local one crosses none, and provider networks have cables. */
export function isTunnelled({ 'provider:network_type': type }: Network): boolean {
  return type === 'vxlan' || type === 'gre' || type === 'geneve'
}

/** The cloud with what agents still hold of it although it is gone: their devices need its bridges. */
export function withViews(cloud: Cloud, views: readonly HostViews[]): Cloud {
  const held = views.flatMap(({ dhcp, l3 }) => [dhcp, l3])
  return {
    ...cloud,
    networks: union(
      cloud.networks,
      held.flatMap(({ networks }) => networks),
    ),
    ports: union(
      cloud.ports,
      held.flatMap(({ ports }) =>
        ports.filter(({ device_owner }) => device_owner !== 'compute:nova'),
      ),
    ),
  }
}

function union<T extends { readonly id: string }>(current: readonly T[], held: readonly T[]): T[] {
  const all = new Map([...held, ...current].map(one => [one.id, one]))
  const ids = new Set(current.map(({ id }) => id))
  return [...current, ...all.values().filter(({ id }) => !ids.has(id))]
}
