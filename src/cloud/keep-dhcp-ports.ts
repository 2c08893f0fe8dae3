import type { PortRequest } from '../topology/port-request.ts'
import type { Cloud, Port } from './cloud.ts'
import type { Placement } from './schedule.ts'

/**
 * The requests of a topology, in which a DHCP agent that goes on serving a network asks for its own port, whichever
 * agents come and go beside it. One that comes may have the port of one that is gone, as Neutron hands over those with
 * device_id `reserved_dhcp_port`. What the file gives goes first.
 */
export function keepDhcpPorts(
  requests: readonly PortRequest[],
  { dhcp }: Placement,
  standing: Cloud | null,
): readonly PortRequest[] {
  if (standing === null) return requests
  const ports = dhcpPortsOf(standing)
  const ids = new Set(requests.flatMap(({ id }) => (id === undefined ? [] : [id.slice(0, 11)])))
  const macs = new Set(requests.flatMap(({ mac_address }) => mac_address ?? []))
  return requests.map(request => {
    if (request.device_owner !== 'network:dhcp') return request
    const host = dhcp.get(request.network)?.[request.nth ?? 0] ?? ''
    const port = ports.get(keyOf(request.network, host))
    const { id = unless(ids, port?.id, 11), mac_address = unless(macs, port?.mac_address) } =
      request
    return { ...request, id, mac_address }
  })
}

/** By network and host. */
function dhcpPortsOf({ networks, ports }: Cloud): ReadonlyMap<string, Port> {
  const names = new Map(networks.map(({ id, name }) => [id, name]))
  return new Map(
    ports
      .filter(({ device_owner }) => device_owner === 'network:dhcp')
      .map(port => [keyOf(names.get(port.network_id) ?? '', port['binding:host_id']), port]),
  )
}

function keyOf(network: string, host: string): string {
  return `${network} ${host}`
}

function unless(
  given: ReadonlySet<string>,
  value: string | undefined,
  length = 17,
): string | undefined {
  return value === undefined || given.has(value.slice(0, length)) ? undefined : value
}
