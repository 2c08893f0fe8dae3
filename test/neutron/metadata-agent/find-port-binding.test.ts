import test from 'ava'
import { type AgentPort, metadataAgentConfig } from '../../../src/neutron/metadata-agent/config.ts'
import { UnexpectedRequest } from '../../../src/neutron/metadata-agent/find-instance.ts'
import { findPortBinding } from '../../../src/neutron/metadata-agent/find-port-binding.ts'
import { indexPorts } from '../../../src/neutron/metadata-agent/port-index.ts'
import type { ReleaseName } from '../../../src/topology/release-names.ts'
import { releaseNames } from '../../../src/topology/release-names.ts'
import { foldEventletHeaders, foldWebObHeaders } from '../../../src/wsgi/headers.ts'
import { machineFacts } from '../../fixtures/cloud.ts'
import { networkNamed, ovnCloud, portOf, privateId } from '../ovn/ovn-clouds.ts'

const cloud = ovnCloud()
const { ports } = metadataAgentConfig(cloud, machineFacts)
const vm1 = portOf(cloud, 'vm1')
const vm2 = portOf(cloud, 'vm2')
const otherId = networkNamed(cloud, 'other').id

interface Asked {
  readonly from?: string
  readonly network?: string | readonly string[]
  readonly release?: ReleaseName
  readonly ports?: readonly AgentPort[]
}

function find({ from, network = [], release = '2026.1', ports: known = ports }: Asked) {
  const networks = typeof network === 'string' ? [network] : network
  const fold = release < '2025' ? foldEventletHeaders : foldWebObHeaders
  const headers = fold([
    ...networks.map(id => ['X-OVN-Network-ID', id] as const),
    ...(from === undefined ? [] : [['X-Forwarded-For', from] as const]),
  ])
  return findPortBinding(indexPorts(known), headers, release)
}

test('the rows are the ports of machines, which are bound to a chassis', t => {
  t.deepEqual(
    ports.map(({ device_id }) => device_id),
    cloud.instances.map(({ id }) => id),
  )
})

const finds = test.macro({
  title: (_, name: string) => name,
  exec(t, _: string, asked: Asked, instanceId: string | null) {
    const found = find(asked)
    t.is(found.kind === 'instance' ? found.instanceId : null, instanceId)
  },
})

test(
  finds,
  'an address on its network',
  { from: '192.168.30.11', network: privateId },
  vm1.device_id,
)
test(finds, 'an IPv6 address', { from: 'fd00:7::12', network: privateId }, vm2.device_id)
test(
  finds,
  'an IPv4-mapped address',
  { from: '::ffff:192.168.30.11', network: privateId },
  vm1.device_id,
)
test(finds, 'an address of another network', { from: '192.168.30.11', network: otherId }, null)
test(finds, 'an address that nobody has', { from: '192.168.30.99', network: privateId }, null)
test(
  finds,
  "the metadata port's own address, which is bound to no chassis",
  { from: '192.168.30.2', network: privateId },
  null,
)
test(
  finds,
  'a network of two ids, as a guest makes it that sends one',
  { from: '192.168.30.11', network: [privateId, privateId] },
  null,
)
test(
  finds,
  'a port that belongs to nobody',
  {
    from: '192.168.30.11',
    network: privateId,
    ports: ports.map(port => ({ ...port, device_id: '' })),
  },
  null,
)

test('a link-local address is found by the MAC in it since 2024.1', t => {
  const [, , , a, b, c] = vm1.mac_address.split(':')
  const from = `fe80::f816:3eff:fe${a}:${b}${c}`
  const found = (release: ReleaseName) => find({ from, network: privateId, release }).kind
  t.is(found('2023.2'), 'none')
  t.is(found('2024.1'), 'instance')
  t.is(found('2026.1'), 'instance')
})

const unusable = test.macro({
  title: (_, name: string) => `${name} is nobody's up to 2023.2, and not expected from then on`,
  exec(t, _: string, from: string | undefined) {
    const asked = from === undefined ? {} : { from }
    const since = releaseNames.indexOf('2024.1')
    for (const release of releaseNames.slice(releaseNames.indexOf('ussuri'), since))
      t.is(find({ ...asked, network: privateId, release }).kind, 'none')
    for (const release of releaseNames.slice(since))
      t.throws(() => find({ ...asked, network: privateId, release }), {
        instanceOf: UnexpectedRequest,
      })
  },
})

test(unusable, 'a request without X-Forwarded-For', undefined)
test(unusable, 'a request with two addresses', '192.168.30.11, 192.168.30.12')

const logs = test.macro({
  title: (_, release: ReleaseName, level: string) => `${release}: nobody's address is a ${level}`,
  exec(t, release: ReleaseName, level: string) {
    const text = `No port found in network spoof,${privateId} with IP address 192.168.30.11`
    t.like(find({ from: '192.168.30.11', network: `spoof,${privateId}`, release }), {
      logs: { level, text },
    })
  },
})

test(logs, 'ussuri', 'error')
test(logs, '2025.1', 'error')
test(logs, '2025.2', 'warning')

test('several rows are told in the log, with advice', t => {
  const [port] = ports
  if (port === undefined) return t.fail()
  const found = find({
    from: '192.168.30.11',
    network: privateId,
    ports: [port, { ...port, id: 'another' }],
  })
  t.is(found.kind, 'none')
  const advice =
    'Please run the neutron-ovn-db-sync-util script as there seems to be inconsistent data between Neutron and OVN databases.'
  t.like(found, {
    logs: {
      level: 'error',
      text: `More than one port found in network ${privateId} with IP address 192.168.30.11. ${advice} OVN Port uuids: ${port.id}, another`,
    },
  })
})

test('without a network it is a router that nobody has named', t => {
  t.like(find({ from: '192.168.30.11' }), {
    kind: 'none',
    routerId: 'None',
    logs: { text: 'No port found in network None with IP address 192.168.30.11' },
  })
})
