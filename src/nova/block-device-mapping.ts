import type { BlockDevice, Instance } from '../cloud/instance.ts'

/**
 * The EC2 tree's block-device-mapping. Without a root device nova shows four names that stand for nothing, whatever
 * disks there are. `instance_block_mapping` of nova/block_device.py.
 */
export function blockDeviceMapping({
  root_device_name,
  block_device_mapping,
}: Pick<Instance, 'root_device_name' | 'block_device_mapping'>): Readonly<Record<string, string>> {
  if (root_device_name === null) {
    return { ami: 'sda1', ephemeral0: 'sda2', root: '/dev/sda1', swap: 'sda3' }
  }
  const blanks = block_device_mapping.filter(isLocalBlank)
  const swap = blanks.filter(isSwap).at(-1)
  const ephemerals = blanks.filter(disk => !isSwap(disk))
  return {
    ami: root_device_name.replace(/^\/dev\//, ''),
    root: root_device_name,
    ...number('ebs', volumeNames(block_device_mapping)),
    ...(swap === undefined ? {} : { swap: swap.device_name }),
    ...number(
      'ephemeral',
      ephemerals.map(({ device_name }) => device_name),
    ),
  }
}

/** By device name, as Python compares texts. */
function volumeNames(disks: readonly BlockDevice[]): string[] {
  return disks
    .filter(({ destination_type }) => destination_type === 'volume')
    .map(({ device_name }) => device_name)
    .sort((one, other) => (one < other ? -1 : 1))
}

function isLocalBlank({ source_type, destination_type }: BlockDevice): boolean {
  return source_type === 'blank' && destination_type === 'local'
}

function isSwap({ guest_format }: BlockDevice): boolean {
  return guest_format === 'swap'
}

function number(prefix: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [`${prefix}${index}`, name]))
}
