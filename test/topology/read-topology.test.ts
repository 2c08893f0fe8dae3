import test from 'ava'
import { readTopology } from '../../src/topology/read-topology.ts'
import type { Topology } from '../../src/topology/schema.ts'

function read(text: string): Topology {
  const reading = readTopology({ path: 'lab.yaml', text })
  if (!reading.ok) throw new Error(reading.mistakes.map(({ message }) => message).join('\n'))
  return reading.topology
}

const net = 'networks: {net: {subnets: [{cidr: 10.0.0.0/24}]}}'

test('a bare name and an object with that name mean the same', t => {
  const short = read(`${net}\ninstances: {vm1: {networks: [net]}}\nkeypairs: {ops: ssh-ed25519 A}`)
  const long = read(
    `${net}\ninstances: {vm1: {networks: [{name: net}]}}\nkeypairs: {ops: {public_key: ssh-ed25519 A, type: ssh}}`,
  )
  t.deepEqual(short, long)
})

test('a release is the same with and without quotes', t => {
  t.is(read(`neutron: {release: 2026.1}\n${net}`).neutron.release, '2026.1')
  t.is(read(`neutron: {release: "2026.1"}\n${net}`).neutron.release, '2026.1')
})

test('ids, MACs and addresses are read in any spelling and kept in one', t => {
  const { networks } = read(`
networks:
  six:
    id: 3F2B8C1E-0D4A-4B6F-9A57-1C2D3E4F5A6B
    subnets: [{cidr: "2001:DB8:0::/64", gateway_ip: "2001:db8:0:0::1"}]
    dhcp_port: {mac_address: "FA:16:3E:00:00:01"}
`)
  t.like(networks.six, {
    id: '3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b',
    dhcp_port: { mac_address: 'fa:16:3e:00:00:01' },
  })
  t.like(networks.six?.subnets[0], { cidr: '2001:db8::/64', gateway_ip: '2001:db8::1' })
})

test('anchors and merges spare repetition', t => {
  const { instances } = read(`
${net}
instances:
  vm1: &guest {networks: [net], metadata: {role: web}, flavor: m1.tiny}
  vm2: {<<: *guest, flavor: m1.large}
`)
  t.like(instances.vm2, { flavor: 'm1.large', metadata: { role: 'web' } })
})

test('networks that no router joins may have the same addresses', t => {
  const { networks } = read(
    'networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}, b: {subnets: [{cidr: 10.0.0.0/24}]}}',
  )
  t.deepEqual(Object.keys(networks), ['a', 'b'])
})

test('a reading knows where everything stands', t => {
  const reading = readTopology({ path: 'lab.yaml', text: `name: x\n${net}\n` })
  t.true(reading.ok)
  if (!reading.ok) return
  t.deepEqual(reading.locate(['networks', 'net']), { line: 2, column: 12, length: 3 })
  t.deepEqual(reading.locate(['networks', 'net', 'subnets', 0, 'cidr']), {
    line: 2,
    column: 29,
    length: 4,
  })
})
