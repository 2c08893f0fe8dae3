import test from 'ava'
import fc from 'fast-check'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { deriveCloud } from '../../src/cloud/derive-cloud.ts'
import { contains, parseAddress, parseCidr } from '../../src/topology/ip.ts'
import { readTopology } from '../../src/topology/read-topology.ts'

/** A network of its own /24, with more subnets beside it: small, without a gateway, IPv6. */
function network(number: number) {
  const more = fc.subarray([
    { cidr: `10.${number}.1.0/29`, gateway_ip: null },
    { cidr: `10.${number}.2.0/28`, enable_dhcp: false },
    {
      cidr: `10.${number}.3.0/24`,
      allocation_pools: [{ start: `10.${number}.3.5`, end: `10.${number}.3.9` }],
    },
  ])
  const ipv6 = fc.constantFrom(
    [],
    [{ cidr: `2001:db8:${number}::/64` }],
    [{ cidr: `2001:db8:${number}::/64`, ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' }],
  )
  return fc
    .record({ 'router:external': fc.boolean(), subnets: fc.tuple(more, ipv6) })
    .map(({ subnets: [ipv4, six], ...rest }) => ({
      ...rest,
      subnets: [...(number % 2 === 0 ? [] : six), { cidr: `10.${number}.0.0/24` }, ...ipv4],
    }))
}

const names = fc.constantFrom('a', 'b', 'c')

const attachment = fc.oneof(
  names,
  fc.integer({ min: 2, max: 250 }).map(host => ({ name: 'a', fixed_ip: `10.1.0.${host}` })),
)

const topology = fc.record({
  networks: fc.record({ a: network(1), b: network(2), c: network(3), out: network(4) }),
  routers: fc.dictionary(
    fc.constantFrom('r1', 'r2'),
    fc.record(
      {
        external_gateway: fc.constant('out'),
        interfaces: fc.subarray(['b', { network: 'c', subnet: '10.3.0.0/24' }]),
      },
      { requiredKeys: [] },
    ),
    { maxKeys: 1 },
  ),
  instances: fc.dictionary(
    fc.stringMatching(/^vm[0-9]{1,2}$/),
    fc.record({ networks: fc.array(attachment, { minLength: 1, maxLength: 3 }) }),
    { maxKeys: 12 },
  ),
})

/** Checks the cloud of every generated topology that has no mistakes; a topology is JSON, which is YAML. */
function everyCloud(check: (cloud: Cloud, again: Cloud) => boolean): void {
  let accepted = 0
  const property = fc.property(topology, value => {
    const reading = readTopology({ path: 'lab.yaml', text: JSON.stringify(value) })
    if (!reading.ok) return true
    accepted += 1
    const derive = () => deriveCloud(reading.topology, { lab: 'test', secret: '' })
    return check(derive(), derive())
  })
  fc.assert(property, { numRuns: 300 })
  if (accepted < 100) throw new Error(`only ${accepted} of the topologies were without mistakes`)
}

test('the same topology gives the same cloud', t => {
  t.notThrows(() => everyCloud((one, again) => JSON.stringify(one) === JSON.stringify(again)))
})

test('no two ports of a network share an address, and none has a gateway’s but a router', t => {
  t.notThrows(() =>
    everyCloud(({ networks, ports }) => {
      const addresses = ports.flatMap(({ network_id, fixed_ips }) =>
        fixed_ips.map(({ ip_address }) => `${network_id} ${ip_address}`),
      )
      const gateways = new Set(
        networks.flatMap(({ id, subnets }) =>
          subnets.map(({ gateway_ip }) => `${id} ${gateway_ip}`),
        ),
      )
      return (
        new Set(addresses).size === addresses.length &&
        ports.every(
          ({ device_owner, network_id, fixed_ips }) =>
            device_owner === 'network:router_interface' ||
            fixed_ips.every(({ ip_address }) => !gateways.has(`${network_id} ${ip_address}`)),
        )
      )
    }),
  )
})

test('every fixed IP lies in the subnet that it names', t => {
  t.notThrows(() =>
    everyCloud(({ networks, ports }) => {
      const cidrs = new Map(
        networks.flatMap(({ subnets }) => subnets.map(({ id, cidr }) => [id, cidr])),
      )
      return ports.every(({ fixed_ips }) =>
        fixed_ips.every(({ subnet_id, ip_address }) => {
          const range = parseCidr(cidrs.get(subnet_id) ?? '')
          const address = parseAddress(ip_address)
          return range !== undefined && address !== undefined && contains(range, address)
        }),
      )
    }),
  )
})

test('every id is a UUID, every MAC is Neutron’s, and no two devices share a name', t => {
  t.notThrows(() =>
    everyCloud(({ networks, routers, ports, instances }) => {
      const ids = [...networks, ...routers, ...ports, ...instances].map(({ id }) => id)
      const devices = ports.map(({ id }) => id.slice(0, 11))
      const macs = ports.map(({ mac_address }) => mac_address)
      return (
        ids.every(id =>
          /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id),
        ) &&
        macs.every(mac => /^fa:16:3e(:[0-9a-f]{2}){3}$/.test(mac)) &&
        [ids, devices, macs].every(list => new Set(list).size === list.length)
      )
    }),
  )
})

test('every instance has its ports in the order of its networks', t => {
  t.notThrows(() =>
    everyCloud(({ ports, instances }) => {
      const owners = new Map(ports.map(({ id, device_id }) => [id, device_id]))
      return instances.every(
        ({ id, port_ids }) =>
          port_ids.length > 0 && port_ids.every(port => owners.get(port) === id),
      )
    }),
  )
})

test('MACs stay apart where their three bytes would collide', t => {
  const count = 3000
  const instances = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`vm${index}`, { networks: ['a'] }]),
  )
  const text = JSON.stringify({
    networks: { a: { subnets: [{ cidr: '10.0.0.0/16' }] } },
    instances,
  })
  const reading = readTopology({ path: 'lab.yaml', text })
  t.true(reading.ok)
  if (!reading.ok) return
  const { ports } = deriveCloud(reading.topology, { lab: 'test', secret: '' })
  t.is(new Set(ports.map(({ mac_address }) => mac_address)).size, count + 1)
})
