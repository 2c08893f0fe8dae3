import test from 'ava'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { deriveCloud } from '../../src/cloud/derive-cloud.ts'
import { readTopology } from '../../src/topology/read-topology.ts'
import { renderMistakes } from '../../src/topology/render-mistakes.ts'

const ids = [
  '00000000-0000-4000-8000-000000000001',
  '00000000-0000-4000-8000-000000000002',
] as const

/** Reads a text to the end of the way: what is accepted must derive, what is not must say where. */
function goTheWay(text: string): boolean {
  const source = { path: 'fuzz.yaml', text }
  const reading = readTopology(source)
  if (reading.ok) return deriveCloud(reading.topology, { lab: 'fuzz', secret: '' }).lab === 'fuzz'
  const lines = text.split(/\r\n|\n|\r/).length
  return (
    renderMistakes(source, reading.mistakes) !== '' &&
    reading.mistakes.length > 0 &&
    reading.mistakes.every(
      ({ position: { line, column, length } }) =>
        line >= 1 && line <= lines && column >= 1 && length >= 1,
    )
  )
}

const words = fc.constantFrom(
  ...'name neutron nova networks routers keypairs instances subnets cidr gateway_ip fixed_ip fixed_ips'.split(
    ' ',
  ),
  ...'interfaces external_gateway network subnet dhcp_port id mac_address port_id user_data metadata'.split(
    ' ',
  ),
  ...'guests port device_id project_id devices type tags bus block_device_mapping device_name source_type'.split(
    ' ',
  ),
  ...'nic disk share pci blank volume swap password dedicated_cpus kernel_id'.split(' '),
  ...'hosts host roles controller network compute management_ip local_ip dhcp_agents'.split(' '),
  ...'private vm1 10.0.0.0/24 10.0.0.1 ::1/64 2001:db8::/64 ussuri true null 7 -1 <<'.split(' '),
  ...'constructor toString valueOf hasOwnProperty'.split(' '),
)

const nics = fc.array(
  fc.oneof(
    words,
    fc.record(
      {
        name: fc.constantFrom('net', 'six', 'nowhere'),
        fixed_ip: fc.constantFrom('10.0.0.1', '10.0.0.9', '10.0.0.9', 'fd00::9', '10.9.0.1'),
        mac_address: fc.constantFrom('fa:16:3e:00:00:01', 'fa:16:3e:00:00:02'),
        port_id: fc.constantFrom(...ids),
        device_id: fc.constantFrom(...ids),
        project_id: fc.constantFrom('one', 'two'),
        port: fc.boolean(),
      },
      { requiredKeys: ['name'] },
    ),
  ),
  { minLength: 1, maxLength: 3 },
)

const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
  tree: fc.oneof(
    { maxDepth: 6 },
    words,
    fc.constantFrom(null, true, 0, -1, 1.5, ''),
    fc.string(),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(words, tie('tree'), { maxKeys: 5 }),
  ),
}))

test('any text is read or refused with places', t => {
  t.notThrows(() => fc.assert(fc.property(fc.string({ unit: 'binary' }), goTheWay)))
})

test('any text of YAML’s own characters is read or refused with places', t => {
  const unit = fc.constantFrom(...'{}[]:,-&*!|>\'"%@`#? \n\tab1<~'.split(''))
  const property = fc.property(fc.string({ unit, maxLength: 60 }), goTheWay)
  t.notThrows(() => fc.assert(property, { numRuns: 500 }))
})

test('any YAML of a topology’s words is read or refused with places', t => {
  const property = fc.property(fc.dictionary(words, tree), value => goTheWay(stringify(value)))
  t.notThrows(() => fc.assert(property, { numRuns: 300 }))
})

test('any reference that is a word of JavaScript’s own is read or refused with places', t => {
  const names = fc.constantFrom('net', 'constructor', 'toString', 'valueOf', 'hasOwnProperty')
  const attachment = fc.oneof(names, fc.record({ name: names, fixed_ip: fc.constant('10.0.0.9') }))
  const joined = fc.oneof(names, fc.record({ network: names, subnet: names }))
  const topology = fc.record({
    networks: fc.dictionary(names, fc.constant({ subnets: [{ cidr: '10.0.0.0/24' }] })),
    routers: fc.dictionary(
      fc.constantFrom('r1', 'toString'),
      fc.record({ external_gateway: names, interfaces: fc.array(joined, { maxLength: 2 }) }),
    ),
    instances: fc.dictionary(
      fc.constantFrom('vm1', 'valueOf'),
      fc.record({ key_name: names, networks: fc.array(attachment, { maxLength: 2 }) }),
    ),
  })
  t.notThrows(() => fc.assert(fc.property(topology, value => goTheWay(stringify(value)))))
})

test('any guests beside instances are read or refused with places', t => {
  const topology = fc.record({
    networks: fc.constant({
      net: { subnets: [{ cidr: '10.0.0.0/24' }] },
      six: { subnets: [{ cidr: 'fd00::/64', ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' }] },
    }),
    instances: fc.record(
      { vm1: fc.record({ id: fc.constantFrom(...ids), networks: fc.constant(['net', 'six']) }) },
      { requiredKeys: [] },
    ),
    guests: fc.dictionary(fc.constantFrom('g1', 'g2', 'vm1'), fc.record({ networks: nics })),
  })
  t.notThrows(() => fc.assert(fc.property(topology, value => goTheWay(stringify(value)))))
})

test('any hosts, and anything on them, are read or refused with places', t => {
  const names = fc.constantFrom('ctl', 'n1', 'n2', 'com', 'toString')
  const role = fc.constantFrom('controller', 'network', 'compute')
  const roles = fc.subarray(['controller', 'network', 'compute'], { minLength: 1 })
  const addresses = {
    management_ip: fc.constantFrom('172.29.236.11', '172.29.236.12', '172.29.240.1'),
    local_ip: fc.constantFrom('172.29.240.11', '172.29.240.12', '10.0.0.1'),
  }
  const details = fc.record({ roles, ...addresses }, { requiredKeys: ['roles'] })
  const placed = (given: object) => fc.record({ host: names, ...given }, { requiredKeys: [] })
  const topology = fc.record({
    hosts: fc.dictionary(names, fc.oneof(role, roles, details, words)),
    neutron: fc.constantFrom({}, { dhcp_agents_per_network: 2 }, { mechanism_driver: 'ovn' }),
    networks: fc.dictionary(
      fc.constantFrom('a', 'b', 'n1'),
      fc.record(
        {
          dhcp_agents: fc.array(names, { maxLength: 3 }),
          subnets: fc.constant([{ cidr: '10.0.0.0/24' }]),
          'provider:network_type': fc.constantFrom('vxlan', 'geneve', 'vlan', 'flat', 'local'),
          'provider:segmentation_id': fc.constantFrom(1, 2, 4095),
        },
        { requiredKeys: ['subnets'] },
      ),
    ),
    routers: fc.dictionary(fc.constantFrom('r1', 'n2'), placed({ interfaces: fc.constant(['a']) })),
    instances: fc.dictionary(
      fc.constantFrom('vm1', 'com'),
      placed({ networks: fc.constant(['a']) }),
    ),
  })
  t.notThrows(() => fc.assert(fc.property(topology, value => goTheWay(stringify(value)))))
})
