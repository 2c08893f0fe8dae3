import { isNic } from '../topology/port-request.ts'
import type { Topology } from '../topology/schema.ts'
import type { SettledRequest } from './derive-ports.ts'
import type { Guest, Nic } from './guest.ts'
import type { Instance } from './instance.ts'
import type { Placement } from './schedule.ts'

/** A machine for each instance, then those that Nova does not have, all with their NICs in order. */
export function deriveGuests(
  topology: Topology,
  settled: readonly SettledRequest[],
  instances: readonly Pick<Instance, 'id' | 'name'>[],
  placement: Placement,
): Guest[] {
  const nics = Map.groupBy(
    settled.filter(({ request }) => isNic(request)),
    ({ request }) => request.device,
  )
  const machines = [
    ...instances.map(({ id, name }) => ({ name, instance_id: id })),
    ...Object.keys(topology.guests).map(name => ({ name, instance_id: null })),
  ]
  return machines.map(machine => ({
    ...machine,
    host: placement.guests.get(machine.name) ?? '',
    nics: (nics.get(machine.name) ?? []).map(pickNic),
  }))
}

function pickNic({ request, port }: SettledRequest): Nic {
  const { id, network_id, mac_address, fixed_ips } = port
  return { id, has_port: !request.withoutPort, network_id, mac_address, fixed_ips }
}
