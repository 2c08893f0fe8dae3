import test from 'ava'
import { mistakesOf } from './mistakes-of.ts'

/** A topology of an instance on two networks with more attributes in line 2; columns count in that line. */
const finds = test.macro({
  exec(t, attributes: string, ...expected: string[]) {
    const networks =
      'networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}, b: {subnets: [{cidr: 10.1.0.0/24}]}}'
    const text = `${networks}\ninstances: {vm1: {networks: [a], ${attributes}}}\n`
    t.deepEqual(
      mistakesOf(text).map(mistake => mistake.replace(/^2:\d+ /, '')),
      expected,
    )
  },
  title: title => `devices: ${title}`,
})

test(
  'every type with all of its keys',
  finds,
  `devices: [
    {type: nic, network: a, vlan: 4094, vf_trusted: false, bus: pci, address: "0000:00:03.0", tags: [x]},
    {type: disk, serial: s, path: /dev/vdb, bus: scsi, address: "0:0:1:0"},
    {type: share, share_id: 3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b, tag: t}]`,
)
test(
  'an unknown type and bus',
  finds,
  'devices: [{type: disc}, {type: disk, bus: virtio}]',
  '`type` must be nic, disk or share | did you mean `disk`?',
  '`bus` must be pci, usb, scsi, ide or xen',
)
test(
  'an address that its bus does not have, or without a bus',
  finds,
  'devices: [{type: disk, bus: pci, address: "1:0"}, {type: disk, bus: ide, address: "0:2"}, {type: disk, address: "0:1"}]',
  '`1:0` is no address on pci; one is 0000:00:03.0',
  '`0:2` is no address on ide; one is 0:1',
  'an address needs a `bus`',
)
test(
  'keys of another type',
  finds,
  'devices: [{type: disk, vlan: 7, tag: x}, {type: nic, network: a, path: /dev/vda}]',
  '`vlan` is of a nic, and this is a disk',
  '`tag` is of a share, and this is a disk',
  '`path` is of a disk, and this is a nic',
)
test(
  'keys that a type needs',
  finds,
  'devices: [{type: nic}, {type: share}]',
  '`network` is missing, which a nic has',
  '`share_id` is missing, which a share has',
  '`tag` is missing, which a share has',
)
test(
  'a NIC that is not there',
  finds,
  'devices: [{type: nic, network: b}, {type: nic, network: a}, {type: nic, network: a}]',
  'the instance has no network card on network `b` | did you mean `a`?',
  'the instance has no further network card on network `a`',
)
test(
  'tags beyond nova’s limits',
  finds,
  `devices: [{type: disk, tags: [${'x'.repeat(60)}, ${'x'.repeat(61)}, "", "a,b", a/b]}]`,
  '`tags[1]` is longer than 60 characters, which is nova’s limit',
  '`tags[2]` must not be empty',
  '`tags[3]` must be without , and /',
  '`tags[4]` must be without , and /',
)
test(
  'a VLAN that is none',
  finds,
  'devices: [{type: nic, network: a, vlan: 0}]',
  '`vlan` must be from 1 to 4094',
)

test(
  'disks of every kind',
  finds,
  `root_device_name: vda, block_device_mapping: [
    {source_type: image, device_name: /dev/vda},
    {source_type: blank, device_name: /dev/vdb}, {source_type: blank, guest_format: ext4, device_name: vdc},
    {source_type: blank, guest_format: swap, device_name: vdd},
    {source_type: blank, destination_type: volume, guest_format: swap, device_name: vde},
    {source_type: volume, device_name: vdf}, {source_type: snapshot, device_name: vdg}]`,
)
test(
  'a name twice, with and without /dev/',
  finds,
  'block_device_mapping: [{source_type: blank, device_name: /dev/vdb}, {source_type: volume, device_name: vdb}]',
  '`vdb` is already the name of block_device_mapping[0]',
)
test(
  'a blank disk for the root device',
  finds,
  'block_device_mapping: [{source_type: blank, device_name: vda}]',
  '`vda` is the root device, which no blank disk is',
)
test(
  'a second swap disk',
  finds,
  'block_device_mapping: [{source_type: blank, guest_format: swap, device_name: vdb}, {source_type: blank, guest_format: swap, device_name: vdc}]',
  'an instance has one swap disk at most',
)
test(
  'a volume that is local, and an unknown source',
  finds,
  'block_device_mapping: [{source_type: volume, destination_type: local, device_name: vdb}, {source_type: empty, device_name: vdc}]',
  'a volume is no local disk; its destination_type is volume',
  '`source_type` must be blank, image, snapshot or volume',
)
test(
  'a name with a blank, and none',
  finds,
  'block_device_mapping: [{source_type: volume, device_name: /dev/v db}, {source_type: blank}]',
  '`device_name` must be a device’s name like /dev/vdb',
  '`device_name` is missing',
)

test(
  'what else nova refuses of an instance',
  finds,
  `display_name: " x", kernel_id: 7, dedicated_cpus: [-1, 1.5], password: ${'é'.repeat(511)}`,
  '`display_name` must not begin or end with a blank',
  '`kernel_id` must be text, not a number | put it in quotes to make it text',
  '`dedicated_cpus[0]` must not be negative',
  '`dedicated_cpus[1]` must be a whole number',
  '`password` is longer than 1020 bytes, which is nova’s limit',
)
test('a CPU pinned twice', finds, 'dedicated_cpus: [3, 1, 3]', '`dedicated_cpus` names a CPU twice')
