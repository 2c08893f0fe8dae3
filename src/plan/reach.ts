import type { AgentStates } from '../cloud/agent-states.ts'
import type { Cloud, Port } from '../cloud/cloud.ts'
import type { Guest, Nic } from '../cloud/guest.ts'
import { networkOf } from '../neutron/network-ports.ts'
import { advertisingPortsOf } from '../neutron/router-advertisements.ts'
import type { Site } from './site.ts'

/** What reaches a guest's NIC of those who tell it addresses, as far as agents and hosts are known to be able to. */
export interface Reach {
  /** Whether a DHCP agent that has been told of it can be reached; else the client goes on asking in the background. */
  readonly isAnswered: boolean
  /** The routers' ports whose advertisements come; others may come later. */
  readonly routers: readonly Port[]
}

/** Under ML2/OVN a guest's own host does both. */
export function reachOf(
  sites: readonly Site[],
  guest: Guest,
  nic: Nic,
  { isolated = [] }: AgentStates,
): Reach {
  const near = sites.filter(({ host }) => host.name === guest.host)
  const [{ cloud } = { cloud: null }] = near
  if (cloud?.neutron.mechanism_driver === 'ovn')
    return {
      isAnswered: nic.has_port,
      routers: advertisingPortsOf(cloud, networkOf(cloud, nic.network_id)),
    }
  const isApart = isolated.includes(guest.host)
  const far = isApart ? [] : sites.filter(({ host }) => !isolated.includes(host.name))
  const views = [...new Set([...near, ...far])].map(site => site.views)
  return {
    isAnswered: views.some(({ dhcp }) => dhcp.ports.some(({ id }) => id === nic.id)),
    routers: views.flatMap(({ l3 }) => advertisedBy(l3, nic)),
  }
}

/** By the routers of an L3 agent, which is told of others on their networks. */
function advertisedBy(l3: Cloud, { network_id }: Nic): Port[] {
  const network = l3.networks.find(({ id }) => id === network_id)
  const routers = new Set(l3.routers.map(({ id }) => id))
  if (network === undefined) return []
  return advertisingPortsOf(l3, network).filter(({ device_id }) => routers.has(device_id))
}
