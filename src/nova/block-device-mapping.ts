/**
 * The EC2 tree's block-device-mapping of an instance with nothing but a root disk. Without a root device nova
 * shows four names that stand for nothing. Source: nova/block_device.py.
 */
export function blockDeviceMapping(
  rootDeviceName: string | null,
): Readonly<Record<string, string>> {
  if (rootDeviceName === null) {
    return { ami: 'sda1', ephemeral0: 'sda2', root: '/dev/sda1', swap: 'sda3' }
  }
  return { ami: rootDeviceName.replace(/^\/dev\//, ''), root: rootDeviceName }
}
