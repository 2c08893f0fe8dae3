import type { Finding } from '../finding.ts'
import type { TopologyPath } from '../mistake.ts'
import type { PrunedTopology } from '../prune.ts'
import type { Topology } from '../schema.ts'

/** Disks that Nova's API would refuse, or that two names of one instance would share. */
export function checkBlockDevices({ topology }: PrunedTopology): Finding[] {
  return Object.entries(topology.instances).flatMap(([name, instance]) => {
    const path = ['instances', name, 'block_device_mapping']
    return [
      ...instance.block_device_mapping.flatMap((device, index) =>
        checkDestination(device, [...path, index]),
      ),
      ...checkNames(instance, path),
      ...checkSwaps(instance.block_device_mapping, path),
    ]
  })
}

type TopologyInstance = Topology['instances'][string]
type BlockDevice = TopologyInstance['block_device_mapping'][number]

function checkDestination(
  { source_type, destination_type }: BlockDevice,
  path: TopologyPath,
): Finding[] {
  if (destination_type === 'volume' || source_type === 'blank' || source_type === 'image') return []
  const message = `a ${source_type} is no local disk; its destination_type is volume`
  return [{ message, path: [...path, 'destination_type'] }]
}

/** A disk that is made of nothing holds no root file system. */
function checkNames(
  { root_device_name, block_device_mapping }: TopologyInstance,
  path: TopologyPath,
): Finding[] {
  const holders = new Map<string, number>()
  return block_device_mapping.flatMap(({ source_type, device_name }, index) => {
    const here = [...path, index, 'device_name']
    const name = stripDev(device_name)
    const holder = holders.get(name)
    holders.set(name, holder ?? index)
    if (holder !== undefined) {
      const message = `\`${device_name}\` is already the name of block_device_mapping[${holder}]`
      return [{ message, path: here }]
    }
    if (source_type !== 'blank' || name !== stripDev(root_device_name ?? '')) return []
    return [
      { message: `\`${device_name}\` is the root device, which no blank disk is`, path: here },
    ]
  })
}

function checkSwaps(devices: readonly BlockDevice[], path: TopologyPath): Finding[] {
  return devices
    .map((device, index) => ({ device, index }))
    .filter(({ device }) => isSwap(device))
    .slice(1)
    .map(({ index }) => ({
      message: 'an instance has one swap disk at most',
      path: [...path, index, 'guest_format'],
    }))
}

function isSwap({ source_type, destination_type, guest_format }: BlockDevice): boolean {
  return source_type === 'blank' && destination_type === 'local' && guest_format === 'swap'
}

function stripDev(name: string): string {
  return name.replace(/^\/dev\//, '')
}
