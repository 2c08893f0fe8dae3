import test from 'ava'
import fc from 'fast-check'
import type { BlockDevice } from '../../src/cloud/instance.ts'
import { blockDeviceMapping } from '../../src/nova/block-device-mapping.ts'

const maps = test.macro({
  exec(t, root: string | null, disks: readonly BlockDevice[], expected: object) {
    t.deepEqual(
      blockDeviceMapping({ root_device_name: root, block_device_mapping: disks }),
      expected,
    )
  },
  title: title => `block-device-mapping of ${title}`,
})

test('a root disk alone', maps, '/dev/vda', [], { ami: 'vda', root: '/dev/vda' })
test('a root device without /dev/', maps, 'vda', [], { ami: 'vda', root: 'vda' })
test('no root device, whatever disks there are', maps, null, [volume('vdb')], {
  ami: 'sda1',
  ephemeral0: 'sda2',
  root: '/dev/sda1',
  swap: 'sda3',
})
test('a volume to boot from', maps, '/dev/sda', [volume('/dev/sda')], {
  ami: 'sda',
  root: '/dev/sda',
  ebs0: '/dev/sda',
})
test(
  'disks of every kind, volumes by name and ephemerals in order',
  maps,
  '/dev/vda',
  [
    blank('/dev/vdf'),
    volume('/dev/vdc'),
    { ...blank('/dev/vdd'), guest_format: 'swap' },
    { source_type: 'image', destination_type: 'local', device_name: '/dev/vda' },
    { source_type: 'snapshot', destination_type: 'volume', device_name: '/dev/vdb' },
    { ...blank('/dev/vde'), guest_format: 'ext4' },
  ],
  {
    ami: 'vda',
    root: '/dev/vda',
    ebs0: '/dev/vdb',
    ebs1: '/dev/vdc',
    swap: '/dev/vdd',
    ephemeral0: '/dev/vdf',
    ephemeral1: '/dev/vde',
  },
)
test(
  'a blank disk that is a volume',
  maps,
  'vda',
  [{ ...blank('vdb'), destination_type: 'volume', guest_format: 'swap' }],
  { ami: 'vda', root: 'vda', ebs0: 'vdb' },
)

const disk: fc.Arbitrary<BlockDevice> = fc.record(
  {
    source_type: fc.constantFrom('blank', 'image', 'snapshot', 'volume'),
    destination_type: fc.constantFrom('local', 'volume'),
    guest_format: fc.constantFrom('swap', 'ext4', ''),
    device_name: fc.stringMatching(/^(\/dev\/)?[svx]v?d[a-z]{1,2}[0-9]?$/),
  },
  { requiredKeys: ['source_type', 'destination_type', 'device_name'] },
)

test('every volume and every blank disk has one name, and nothing else has', t => {
  const disks = fc.uniqueArray(disk, { selector: ({ device_name }) => device_name, maxLength: 12 })
  t.notThrows(() =>
    fc.assert(
      fc.property(disks, block_device_mapping => {
        const mapping = blockDeviceMapping({ root_device_name: 'vda', block_device_mapping })
        const { ami, root, swap, ...rest } = mapping
        const namesOf = (prefix: string) =>
          Object.entries(rest)
            .filter(([name]) => name.startsWith(prefix))
            .map(([, device]) => device)
        const volumes = block_device_mapping.filter(one => one.destination_type === 'volume')
        const blanks = block_device_mapping.filter(
          one => one.source_type === 'blank' && one.destination_type === 'local',
        )
        const swaps = blanks.filter(one => one.guest_format === 'swap')
        const ephemerals = blanks.filter(one => one.guest_format !== 'swap')
        return (
          ami === 'vda' &&
          root === 'vda' &&
          swap === swaps.at(-1)?.device_name &&
          same(namesOf('ebs'), volumes.map(({ device_name }) => device_name).sort()) &&
          same(
            namesOf('ephemeral'),
            ephemerals.map(({ device_name }) => device_name),
          ) &&
          Object.keys(rest).length === volumes.length + ephemerals.length &&
          same(Object.keys(rest), [
            ...volumes.map((_, index) => `ebs${index}`),
            ...ephemerals.map((_, index) => `ephemeral${index}`),
          ])
        )
      }),
    ),
  )
})

function same(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function volume(device_name: string): BlockDevice {
  return { source_type: 'volume', destination_type: 'volume', device_name }
}

function blank(device_name: string): BlockDevice {
  return { source_type: 'blank', destination_type: 'local', device_name }
}
