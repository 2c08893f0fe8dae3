import test from 'ava'
import fc from 'fast-check'
import { readCloud } from './read-cloud.ts'

const networks = {
  a: { subnets: [{ cidr: '10.1.0.0/24' }] },
  b: { subnets: [{ cidr: '10.2.0.0/24' }] },
}

function devicesOf(attached: readonly string[], devices: readonly object[]) {
  const text = JSON.stringify({ networks, instances: { vm1: { networks: attached, devices } } })
  const { instances, ports } = readCloud(text)
  const [instance] = instances
  const own = ports.filter(({ device_id }) => device_id === instance?.id)
  return { devices: instance?.devices ?? [], macs: own.map(({ mac_address }) => mac_address) }
}

test('a NIC is told of by the MAC of its port, two on one network in their order', t => {
  const nic = (network: string, tag: string) => ({ type: 'nic', network, tags: [tag] })
  const { devices, macs } = devicesOf(
    ['a', 'b', 'a'],
    [nic('b', 'second'), nic('a', 'first'), nic('a', 'third')],
  )
  const [first = '', second = '', third = ''] = macs
  const common = { kind: 'nic' as const, bus: 'none', address: 'none' }
  t.deepEqual(devices, [
    { ...common, mac: second, tags: ['second'] },
    { ...common, mac: first, tags: ['first'] },
    { ...common, mac: third, tags: ['third'] },
  ])
})

test('what a device does not have is not there', t => {
  const share_id = '3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b'
  const { devices } = devicesOf(
    ['a'],
    [
      { type: 'disk' },
      { type: 'disk', serial: 's', path: '/dev/vdb', bus: 'ide', address: '0:1' },
      { type: 'share', share_id, tag: 'data' },
      { type: 'nic', network: 'a', vlan: 7, vf_trusted: false, bus: 'usb' },
    ],
  )
  const [, , , nic] = devices
  const none = { bus: 'none', address: 'none' }
  t.deepEqual(devices.slice(0, 3), [
    { ...none, kind: 'disk' },
    { kind: 'disk', serial: 's', path: '/dev/vdb', bus: 'ide', address: '0:1' },
    { ...none, kind: 'share', share_id, tag: 'data' },
  ])
  t.like(nic, { kind: 'nic', vlan: 7, vf_trusted: false, bus: 'usb', address: 'none' })
  t.false(nic !== undefined && 'tags' in nic)
})

test('devices stand in the order of the topology, and no port is told of twice', t => {
  const attached = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 5 })
  const property = fc.property(
    attached.chain(own =>
      fc.record({
        own: fc.constant(own),
        devices: fc
          .tuple(fc.subarray(own), fc.nat({ max: 3 }))
          .map(([nics, disks]) => [
            ...nics.map(network => ({ type: 'nic', network })),
            ...Array.from({ length: disks }, (_, at) => ({ type: 'disk', serial: `${at}` })),
          ]),
        order: fc.infiniteStream(fc.nat()),
      }),
    ),
    ({ own, devices, order }) => {
      const shuffled = devices
        .map(device => ({ device, rank: order.next().value }))
        .toSorted((one, other) => one.rank - other.rank)
        .map(({ device }) => device)
      const derived = devicesOf(own, shuffled)
      const macs = derived.devices.flatMap(device => (device.kind === 'nic' ? [device.mac] : []))
      return (
        derived.devices.every(({ kind }, at) => kind === shuffled[at]?.type) &&
        derived.devices.length === shuffled.length &&
        new Set(macs).size === macs.length &&
        macs.every(mac => derived.macs.includes(mac))
      )
    },
  )
  t.notThrows(() => fc.assert(property))
})
