import test from 'ava'
import fc from 'fast-check'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { readCloud } from './read-cloud.ts'

const image = (digit: number) => `${digit}0000000-0000-4000-8000-000000000001`

interface Wish {
  readonly cidrs?: readonly string[]
  readonly instances: Readonly<Record<string, object>>
  readonly more?: object
}

function cloudOf({ cidrs = ['10.0.0.0/24'], instances, more = {} }: Wish, standing?: Cloud) {
  const networks = { a: { subnets: cidrs.map(cidr => ({ cidr })) } }
  const topology = { networks, instances, ...more }
  return readCloud(JSON.stringify(topology), { standing: standing ?? null })
}

function addressesOf({ ports, instances }: Cloud): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    instances.map(({ name, port_ids }) => [
      name,
      ports
        .filter(({ id }) => port_ids.includes(id))
        .flatMap(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address)),
    ]),
  )
}

const numbersOf = ({ instances }: Cloud) =>
  Object.fromEntries(instances.map(({ name, ec2_id }) => [name, ec2_id]))

const nic = { networks: ['a'] }
const three = cloudOf({ instances: { vm1: nic, vm2: nic, vm3: nic } })

test('an instance that goes changes nothing of the others', t => {
  const left = cloudOf({ instances: { vm2: nic, vm3: nic } }, three)
  t.deepEqual(addressesOf(left), { vm2: ['10.0.0.4'], vm3: ['10.0.0.5'] })
  t.deepEqual(numbersOf(left), { vm2: 2, vm3: 3 })
})

test('one that comes before the others in the file has what is left, and its ports still come first', t => {
  const more = cloudOf({ instances: { aaa: nic, vm1: nic, vm2: nic, vm3: nic } }, three)
  t.deepEqual(addressesOf(more), {
    aaa: ['10.0.0.6'],
    vm1: ['10.0.0.3'],
    vm2: ['10.0.0.4'],
    vm3: ['10.0.0.5'],
  })
  t.deepEqual(numbersOf(more), { aaa: 4, vm1: 1, vm2: 2, vm3: 3 })
  const owners = more.ports.map(({ device_id }) => device_id)
  t.deepEqual(
    owners.slice(1),
    more.instances.map(({ id }) => id),
  )
})

test('an address that the file gives to another wins over the one who holds it', t => {
  const taken = { networks: [{ name: 'a', fixed_ip: '10.0.0.4' }] }
  const more = cloudOf({ instances: { vm1: nic, vm2: nic, vm3: nic, new: taken } }, three)
  t.deepEqual(addressesOf(more), {
    vm1: ['10.0.0.3'],
    vm2: ['10.0.0.6'],
    vm3: ['10.0.0.5'],
    new: ['10.0.0.4'],
  })
})

test('what an address was given keeps it when the file no longer says so, within the subnet', t => {
  const given = cloudOf({
    instances: { vm1: { networks: [{ name: 'a', fixed_ip: '10.0.0.77' }] } },
  })
  t.deepEqual(addressesOf(cloudOf({ instances: { vm1: nic } }, given)), { vm1: ['10.0.0.77'] })
  const moved = cloudOf({ cidrs: ['10.0.0.0/26'], instances: { vm1: nic } }, given)
  t.deepEqual(addressesOf(moved), { vm1: ['10.0.0.3'] })
})

test('a NIC that stands gets no address of a subnet that comes, and a new one and the DHCP port do', t => {
  const cidrs = ['10.0.0.0/24', 'fd00::/64']
  const more = cloudOf({ cidrs, instances: { vm1: nic, vm2: nic, vm3: nic, vm4: nic } }, three)
  t.deepEqual(addressesOf(more).vm1, ['10.0.0.3'])
  t.deepEqual(addressesOf(more).vm4, ['10.0.0.6', 'fd00::3'])
  t.is(more.ports[0]?.fixed_ips.length, 2)
})

test('a floating IP leads to the address that its instance keeps', t => {
  const more = {
    networks: {
      a: { subnets: [{ cidr: '10.0.0.0/24' }] },
      out: { 'router:external': true, subnets: [{ cidr: '203.0.113.0/24' }] },
    },
    routers: { r: { external_gateway: 'out', interfaces: ['a'] } },
  }
  const floating = { networks: [{ name: 'a', floating_ip: '203.0.113.9' }] }
  const before = cloudOf({ instances: { vm1: nic, vm2: floating }, more })
  const after = cloudOf({ instances: { vm2: floating }, more }, before)
  t.is(after.floating_ips[0]?.fixed_ip_address, before.floating_ips[0]?.fixed_ip_address)
  t.deepEqual(after.floating_ips, before.floating_ips)
})

test('an image that stands keeps its number, and those that come count on', t => {
  const on = (digit: number) => ({ ...nic, image_id: image(digit) })
  const before = cloudOf({ instances: { vm1: on(1), vm2: on(2) } })
  const after = cloudOf({ instances: { new: on(3), vm2: on(2) } }, before)
  t.deepEqual(
    after.instances.map(({ ec2_image_id }) => ec2_image_id),
    [3, 2],
  )
})

const names = fc.constantFrom(...Array.from('bcdefghijklm'))
const instances = fc.dictionary(
  names,
  fc.constantFrom(
    nic,
    { networks: ['a', 'a'] },
    { networks: [{ name: 'a', fixed_ip: '10.0.0.9' }] },
  ),
  { minKeys: 1, maxKeys: 8 },
)

/** At most one may have the address that the file gives. */
function withoutClash(wish: Readonly<Record<string, object>>): Record<string, object> {
  const given = Object.keys(wish).filter(name => JSON.stringify(wish[name]).includes('fixed_ip'))
  const others = given.slice(1).map(name => [name, nic] as const)
  return { ...wish, ...Object.fromEntries(others) }
}

test('whatever comes and goes, what stays keeps addresses and numbers, and no address is given twice', t => {
  const property = fc.property(fc.array(instances, { minLength: 2, maxLength: 5 }), wishes => {
    let standing = cloudOf({ instances: withoutClash(wishes[0] ?? {}) })
    for (const wish of wishes.slice(1)) {
      const next = cloudOf({ instances: withoutClash(wish) }, standing)
      const held = new Map(standing.ports.map(port => [port.id, port.fixed_ips]))
      const given = new Set(JSON.stringify(wish).match(/10\.0\.0\.9"/g) ? ['10.0.0.9'] : [])
      for (const { id, fixed_ips } of next.ports) {
        const before = held.get(id)
        const isGiven = [...fixed_ips, ...(before ?? [])].some(one => given.has(one.ip_address))
        if (before !== undefined && !isGiven) t.deepEqual(fixed_ips, before)
      }
      const all = next.ports.flatMap(({ fixed_ips }) => fixed_ips.map(one => one.ip_address))
      t.is(new Set(all).size, all.length)
      for (const { id, ec2_id } of next.instances) {
        const before = standing.instances.find(one => one.id === id)
        if (before !== undefined) t.is(ec2_id, before.ec2_id)
      }
      t.is(new Set(next.instances.map(one => one.ec2_id)).size, next.instances.length)
      t.deepEqual(cloudOf({ instances: withoutClash(wish) }, next), next)
      standing = next
    }
  })
  t.notThrows(() => fc.assert(property, { numRuns: 60 }))
})

test('a network that becomes a vlan keeps its id only where that can be a tag', t => {
  const network = (type: string, id?: number) => ({
    networks: {
      a: {
        'provider:network_type': type,
        ...(id === undefined ? {} : { 'provider:segmentation_id': id }),
        subnets: [],
      },
    },
  })
  const segmentOf = (before: Cloud) => {
    const cloud = readCloud(JSON.stringify(network('vlan')), { standing: before })
    return cloud.networks[0]?.['provider:segmentation_id'] ?? 0
  }
  const read = (id: number) => readCloud(JSON.stringify(network('vxlan', id)))
  t.is(segmentOf(read(4094)), 4094)
  t.true(segmentOf(read(70_000)) <= 4094)
})
