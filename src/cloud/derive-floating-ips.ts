import { placesOfFloatingIp } from '../topology/place-floating-ip.ts'
import type { PortRequest } from '../topology/port-request.ts'
import type { FloatingIp, Network, Port, Router } from './cloud.ts'
import { deriveId } from './derive-id.ts'
import type { SettledPorts } from './derive-ports.ts'
import type { Instance } from './instance.ts'

interface Resources {
  readonly networks: readonly Network[]
  readonly routers: readonly Router[]
  readonly ports: readonly Port[]
  readonly instances: readonly Pick<Instance, 'id' | 'project_id'>[]
}

/** The id of the floating IP that a port is asked for. */
export function floatingIpId(lab: string, request: PortRequest): string {
  return deriveId(lab, request.key.replace(/\/port$/, ''))
}

/** The floating IPs of a topology, in the order of their ports, with what is behind each. */
export function deriveFloatingIps(
  lab: string,
  { requests, allocation }: SettledPorts,
  { networks, routers, ports, instances }: Resources,
): FloatingIp[] {
  const floating = requests.filter(({ device_owner }) => device_owner === 'network:floatingip')
  return floating.flatMap(request => {
    const id = floatingIpId(lab, request)
    const [place] = placesOfFloatingIp(request, requests, allocation)
    const own = ports.find(({ device_id }) => device_id === id)
    const network = networks.find(({ name }) => name === place?.inside.network)
    const inside = ports.find(
      ({ network_id, fixed_ips }) =>
        network_id === network?.id &&
        fixed_ips.some(({ ip_address }) => ip_address === place?.fixed.address),
    )
    const router = routers.find(({ name }) => name === place?.router)
    const instance = instances.find(candidate => candidate.id === inside?.device_id)
    const [external] = own?.fixed_ips ?? []
    if (!place || !own || !external || !inside || !router || !instance) return []
    return [
      {
        id,
        project_id: instance.project_id,
        floating_network_id: own.network_id,
        floating_ip_address: external.ip_address,
        router_id: router.id,
        port_id: inside.id,
        fixed_ip_address: place.fixed.address,
      },
    ]
  })
}
