import test from 'ava'
import fc from 'fast-check'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { readCloud } from './read-cloud.ts'

interface Wish {
  readonly networkHosts: readonly string[]
  readonly computeHosts: readonly string[]
  readonly perNetwork?: number
  readonly networks?: Readonly<Record<string, object>>
  readonly routers?: Readonly<Record<string, object>>
  readonly instances?: Readonly<Record<string, object>>
}

const served = { subnets: [{ cidr: '10.0.0.0/24' }] }

function cloudOf(wish: Wish, standing: Cloud | null = null): Cloud {
  const { networkHosts, computeHosts, perNetwork = 1, networks = {} } = wish
  const { routers = {}, instances = {} } = wish
  const hosts = {
    ctl: 'controller',
    ...Object.fromEntries(networkHosts.map(name => [name, 'network'])),
    ...Object.fromEntries(computeHosts.map(name => [name, 'compute'])),
  }
  const neutron = { dhcp_agents_per_network: perNetwork }
  return readCloud(
    JSON.stringify({
      hosts,
      neutron,
      networks: { ...networks, home: { subnets: [{ cidr: '10.9.0.0/16', enable_dhcp: false }] } },
      routers,
      instances,
    }),
    { standing },
  )
}

const named = (names: readonly string[], thing: object = {}) =>
  Object.fromEntries(names.map(name => [name, thing]))
const machines = (names: readonly string[]) => named(names, { networks: ['home'] })

/** Where everything is, by name. */
function placesOf({ networks, ports, routers, guests }: Cloud) {
  const agentsOf = (id: string) =>
    ports
      .filter(port => port.network_id === id && port.device_owner === 'network:dhcp')
      .map(port => port['binding:host_id'])
  return {
    dhcp: Object.fromEntries(
      networks.flatMap(({ id, name }) => (agentsOf(id).length === 0 ? [] : [[name, agentsOf(id)]])),
    ),
    routers: Object.fromEntries(routers.map(({ name, host }) => [name, host])),
    guests: Object.fromEntries(guests.map(({ name, host }) => [name, host])),
  }
}

const hosts = { networkHosts: ['n1', 'n2'], computeHosts: ['c1', 'c2', 'c3'] }

test('each goes to the host with the least of its kind, the first of the file among equals', t => {
  const cloud = cloudOf({
    ...hosts,
    networks: named(['a', 'b', 'c'], served),
    routers: named(['r1', 'r2']),
    instances: machines(['vm1', 'vm2', 'vm3', 'vm4']),
  })
  t.deepEqual(placesOf(cloud), {
    dhcp: { a: ['n1'], b: ['n2'], c: ['n1'] },
    routers: { r1: 'n1', r2: 'n2' },
    guests: { vm1: 'c1', vm2: 'c2', vm3: 'c3', vm4: 'c1' },
  })
})

test('what the file places is there and counts, wherever it stands in the file', t => {
  const cloud = cloudOf({
    ...hosts,
    networks: { a: served, b: { ...served, dhcp_agents: ['n1'] } },
    routers: { r1: {}, r2: { host: 'n1' } },
    instances: { ...machines(['vm1', 'vm2']), vm3: { networks: ['home'], host: 'c1' } },
  })
  t.deepEqual(placesOf(cloud), {
    dhcp: { a: ['n2'], b: ['n1'] },
    routers: { r1: 'n2', r2: 'n1' },
    guests: { vm1: 'c2', vm2: 'c3', vm3: 'c1' },
  })
})

test('a network has as many DHCP agents as it should, or as there are, each on another host', t => {
  const networks = { a: served, b: served, c: { ...served, dhcp_agents: ['n2', 'n1'] } }
  const places = (perNetwork: number) => placesOf(cloudOf({ ...hosts, networks, perNetwork })).dhcp
  t.deepEqual(places(2), { a: ['n1', 'n2'], b: ['n1', 'n2'], c: ['n2', 'n1'] })
  t.deepEqual(places(5), places(2))
})

test('a network without DHCP has no agent', t => {
  t.deepEqual(placesOf(cloudOf({ ...hosts, networks: {} })).dhcp, {})
})

test('a host that comes gets what comes, and nothing that stands moves to it', t => {
  const before = cloudOf({
    networkHosts: ['n1'],
    computeHosts: ['c1'],
    networks: named(['a', 'b'], served),
    routers: named(['r1']),
    instances: machines(['vm1', 'vm2']),
  })
  const after = cloudOf(
    {
      networkHosts: ['n0', 'n1'],
      computeHosts: ['c0', 'c1'],
      networks: named(['fresh', 'a', 'b'], served),
      routers: named(['fast', 'r1']),
      instances: machines(['vm0', 'vm1', 'vm2']),
    },
    before,
  )
  t.deepEqual(placesOf(after), {
    dhcp: { fresh: ['n0'], a: ['n1'], b: ['n1'] },
    routers: { fast: 'n0', r1: 'n1' },
    guests: { vm0: 'c0', vm1: 'c1', vm2: 'c1' },
  })
})

test('a network that is to have more agents keeps the first one, whose port keeps its address', t => {
  const networks = { a: { ...served, dhcp_agents: ['n2'] } }
  const one = cloudOf({ ...hosts, networks })
  const two = cloudOf({ ...hosts, networks: { a: served }, perNetwork: 2 }, one)
  t.deepEqual(placesOf(two).dhcp, { a: ['n2', 'n1'] })
  const addresses = (cloud: Cloud) =>
    cloud.ports.map(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address).join())
  t.deepEqual(addresses(one), ['10.0.0.2'])
  t.deepEqual(addresses(two), ['10.0.0.2', '10.0.0.3'])
  t.deepEqual(two.ports[0]?.id, one.ports[0]?.id)
})

const addressesOf = ({ ports }: Cloud) =>
  Object.fromEntries(
    ports.map(port => [port['binding:host_id'], port.fixed_ips.map(one => one.ip_address).join()]),
  )
const idsOf = ({ ports }: Cloud) =>
  Object.fromEntries(ports.map(({ id, ...port }) => [port['binding:host_id'], id]))

test('an agent that goes leaves the others their ports, whichever it was', t => {
  const wish = { networks: { a: served }, computeHosts: [], perNetwork: 2 }
  const both = cloudOf({ ...wish, networkHosts: ['n1', 'n2'] })
  t.deepEqual(addressesOf(both), { n1: '10.0.0.2', n2: '10.0.0.3' })
  const second = cloudOf({ ...wish, networkHosts: ['n2'] }, both)
  t.deepEqual(addressesOf(second), { n2: '10.0.0.3' })
  t.is(idsOf(second).n2, idsOf(both).n2)
  const another = cloudOf({ ...wish, networkHosts: ['n3', 'n2'] }, second)
  t.deepEqual(addressesOf(another), { n2: '10.0.0.3', n3: '10.0.0.2' })
  t.is(idsOf(another).n2, idsOf(both).n2)
  t.is(new Set(Object.values(idsOf(another))).size, 2)
})

test('agents that the file names in another order keep their ports, and one that takes over has the old one', t => {
  const wish = (...dhcp_agents: string[]) => ({
    ...hosts,
    networks: { a: { ...served, dhcp_agents } },
  })
  const before = cloudOf(wish('n1', 'n2'))
  const turned = cloudOf(wish('n2', 'n1'), before)
  t.deepEqual([addressesOf(turned), idsOf(turned)], [addressesOf(before), idsOf(before)])
  const one = cloudOf(wish('n1'))
  t.deepEqual(Object.values(idsOf(cloudOf(wish('n2'), one))), Object.values(idsOf(one)))
})

test('the id and address that the file gives the DHCP port are the first agent’s', t => {
  const dhcp_port = { id: '3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b', fixed_ip: '10.0.0.50' }
  const wish = { computeHosts: [], networks: { a: { ...served, dhcp_port } }, perNetwork: 2 }
  const both = cloudOf({ ...wish, networkHosts: ['n1', 'n2'] })
  const second = cloudOf({ ...wish, networkHosts: ['n2'] }, both)
  t.deepEqual([addressesOf(second), idsOf(second)], [{ n2: '10.0.0.50' }, { n2: dhcp_port.id }])
  const without = { ...wish, networks: { a: served }, networkHosts: ['n2'] }
  t.deepEqual(addressesOf(cloudOf(without, second)), { n2: '10.0.0.50' })
})

const some = (letters: string, least = 0) =>
  fc
    .subarray(Array.from(letters), { minLength: least })
    .map(found => found.map(letter => `x${letter}`))
const wish = fc.record({
  networkHosts: some('pqr', 1),
  computeHosts: some('stu', 1),
  perNetwork: fc.integer({ min: 1, max: 3 }),
  networks: some('abcde').map(names => named(names, served)),
  routers: some('fghi').map(names => named(names)),
  instances: some('jklmno').map(machines),
})

test('whatever comes and goes, all are placed, only what stood on a host that is gone moves, and new ones even out', t => {
  const property = fc.property(fc.array(wish, { minLength: 2, maxLength: 4 }), wishes => {
    let standing: Cloud | null = null
    for (const next of wishes) {
      const cloud = cloudOf(next, standing)
      const now = placesOf(cloud)
      const before = standing === null ? { dhcp: {}, routers: {}, guests: {} } : placesOf(standing)
      const { networkHosts, computeHosts, perNetwork } = next
      const agents = new Map<string, readonly string[]>(Object.entries(before.dhcp))
      for (const [name, chosen] of Object.entries(now.dhcp)) {
        t.is(chosen.length, Math.min(perNetwork, networkHosts.length))
        t.is(new Set(chosen).size, chosen.length)
        const stay = (agents.get(name) ?? []).filter(host => networkHosts.includes(host))
        t.deepEqual(chosen.slice(0, stay.length), stay.slice(0, chosen.length))
      }
      checkEach(t, now.routers, before.routers, networkHosts)
      checkEach(t, now.guests, before.guests, computeHosts)
      t.deepEqual(cloudOf(next, cloud), cloud)
      standing = cloud
    }
  })
  t.notThrows(() => fc.assert(property, { numRuns: 80 }))
})

function checkEach(
  t: { true: (value: boolean) => void; is: (one: unknown, other: unknown) => void },
  now: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
  fit: readonly string[],
): void {
  const load = (names: readonly string[], host: string) =>
    names.filter(name => now[name] === host).length
  const all = Object.keys(now)
  const stayed = all.filter(name => fit.includes(before[name] ?? ''))
  for (const name of all) t.true(fit.includes(now[name] ?? ''))
  for (const name of stayed) t.is(now[name], before[name])
  // A host that got anything has no more than one beside what any other has.
  const least = Math.min(...fit.map(host => load(all, host)))
  for (const host of fit)
    if (load(all, host) > load(stayed, host)) t.true(load(all, host) <= least + 1)
}
