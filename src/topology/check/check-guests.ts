import type { Finding } from '../finding.ts'
import type { TopologyPath } from '../mistake.ts'
import type { PrunedTopology } from '../prune.ts'
import type { Topology } from '../schema.ts'

/** Network cards of guests that Nova does not have: what goes with a port, and what without one. */
export function checkGuests({ topology }: PrunedTopology): Finding[] {
  const owners = new Map(
    Object.entries(topology.instances).flatMap(([name, { id }]) => (id ? [[id, name]] : [])),
  )
  return Object.entries(topology.guests).flatMap(([name, { networks }]) =>
    networks.flatMap((nic, index) => {
      const path = ['guests', name, 'networks', index]
      return nic.port ? checkDevice(nic, path, owners) : checkPortless(nic, path)
    }),
  )
}

type GuestNic = Topology['guests'][string]['networks'][number]

function checkDevice(
  { device_id = '' }: GuestNic,
  path: TopologyPath,
  owners: ReadonlyMap<string, string>,
): Finding[] {
  const owner = owners.get(device_id)
  if (owner === undefined) return []
  const message = `\`${device_id}\` is the id of instance \`${owner}\`, which Nova has`
  const hint = `give the network to \`${owner}\`, or name a device that no instance is`
  return [{ message, path: [...path, 'device_id'], hint }]
}

function checkPortless(nic: GuestNic, path: TopologyPath): Finding[] {
  const { fixed_ip, fixed_ips } = nic
  const surplus = portKeys.filter(key => nic[key] !== undefined)
  const lacks = fixed_ip === undefined && fixed_ips === undefined
  return [
    ...surplus.map(key => ({
      message: `\`${key}\` is of a port, and this network card has none`,
      path: [...path, key],
    })),
    ...(lacks
      ? [
          {
            message: 'a network card without a port gets no address from Neutron',
            path: [...path, 'port'],
            hint: 'give it a `fixed_ip`',
          },
        ]
      : []),
  ]
}

const portKeys = ['port_id', 'device_id', 'project_id'] as const
