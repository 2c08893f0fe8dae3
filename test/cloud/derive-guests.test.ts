import test from 'ava'
import fc from 'fast-check'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { readCloud } from './read-cloud.ts'

const absent = '00006666-dead-4000-8000-000000000066'
const cloud = readCloud(`
networks: {a: {subnets: [{cidr: 10.0.0.0/24}, {cidr: 10.1.0.0/24, enable_dhcp: false}]}}
instances: {vm1: {networks: [a, a]}}
guests:
  ghost: {networks: [{name: a, device_id: ${absent}, project_id: other}]}
  orphan: {networks: [a]}
  stray: {networks: [{name: a, port: false, fixed_ips: [10.0.0.3, 10.1.0.9]}]}
`)

test('a machine runs for each instance, then one for each guest', t => {
  t.deepEqual(
    cloud.guests.map(({ name, instance_id, nics }) => [name, instance_id, nics.length]),
    [
      ['vm1', cloud.instances[0]?.id, 2],
      ['ghost', null, 1],
      ['orphan', null, 1],
      ['stray', null, 1],
    ],
  )
})

test('an instance’s NICs are its ports', t => {
  const [vm1] = cloud.guests
  t.deepEqual(
    vm1?.nics.map(({ id }) => id),
    [...(cloud.instances[0]?.port_ids ?? [])],
  )
  t.true(vm1?.nics.every(({ has_port }) => has_port))
})

test('the port of an absent instance is nova’s, and one without a device is nobody’s', t => {
  t.like(portOf(cloud, 'ghost'), {
    device_owner: 'compute:nova',
    device_id: absent,
    project_id: 'other',
  })
  t.like(portOf(cloud, 'orphan'), {
    device_owner: '',
    device_id: '',
    project_id: cloud.networks[0]?.project_id ?? '',
  })
})

test('Neutron does not know a NIC without a port, but no port gets its address', t => {
  t.is(portOf(cloud, 'stray'), undefined)
  const [nic] = cloud.guests.at(-1)?.nics ?? []
  t.deepEqual(
    nic?.fixed_ips.map(({ ip_address }) => ip_address),
    ['10.0.0.3', '10.1.0.9'],
  )
  const addresses = cloud.ports.flatMap(({ fixed_ips }) =>
    fixed_ips.map(({ ip_address }) => ip_address),
  )
  t.deepEqual(addresses, ['10.0.0.2', '10.0.0.4', '10.0.0.5', '10.0.0.6', '10.0.0.7'])
})

test('guests change nothing of what is there without them', t => {
  const networks = fc.constantFrom('a', 'b')
  const instances = fc.dictionary(
    fc.stringMatching(/^vm[0-9]$/),
    fc.record({ networks: fc.array(networks, { minLength: 1, maxLength: 3 }) }),
  )
  const nic = fc.oneof(
    networks,
    fc.record({ name: networks, device_id: fc.constant(absent) }),
    fc.integer({ min: 100, max: 250 }).map(host => ({
      name: 'a',
      port: false,
      fixed_ip: `10.1.0.${host}`,
      mac_address: `fa:16:3e:00:00:${host.toString(16)}`,
    })),
  )
  const guests = fc.dictionary(
    fc.stringMatching(/^g[0-9]$/),
    fc.record({
      networks: fc.uniqueArray(nic, {
        minLength: 1,
        maxLength: 3,
        selector: one => JSON.stringify(one),
      }),
    }),
  )
  let compared = 0
  const property = fc.property(instances, guests, (some, others) => {
    const topology = {
      networks: {
        a: { subnets: [{ cidr: '10.1.0.0/24' }] },
        b: { subnets: [{ cidr: '10.2.0.0/24', enable_dhcp: false }] },
      },
      instances: some,
    }
    const strays = Object.values(others).flatMap(guest =>
      guest.networks.flatMap(one =>
        typeof one === 'object' && 'fixed_ip' in one ? [one.fixed_ip] : [],
      ),
    )
    // Two with one address are a mistake.
    if (new Set(strays).size < strays.length) return true
    compared += 1
    const { ports, guests: machines, ...rest } = readCloud(JSON.stringify(topology))
    const more = readCloud(JSON.stringify({ ...topology, guests: others }))
    const { ports: morePorts, guests: moreMachines, ...moreRest } = more
    return (
      JSON.stringify(rest) === JSON.stringify(moreRest) &&
      JSON.stringify(ports) === JSON.stringify(morePorts.slice(0, ports.length)) &&
      JSON.stringify(machines) === JSON.stringify(moreMachines.slice(0, machines.length)) &&
      moreMachines.length === machines.length + Object.keys(others).length
    )
  })
  t.notThrows(() => fc.assert(property))
  t.true(compared > 50)
})

function portOf({ guests, ports }: Cloud, name: string) {
  const [nic] = guests.find(guest => guest.name === name)?.nics ?? []
  return ports.find(({ id }) => id === nic?.id)
}
