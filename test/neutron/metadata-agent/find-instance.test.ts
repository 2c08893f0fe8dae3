import test from 'ava'
import {
  findInstance,
  UnexpectedRequest,
} from '../../../src/neutron/metadata-agent/find-instance.ts'
import { indexPorts } from '../../../src/neutron/metadata-agent/port-index.ts'
import type { ReleaseName } from '../../../src/topology/release-names.ts'
import { foldEventletHeaders } from '../../../src/wsgi/headers.ts'
import { goldenAgentConfig } from '../../golden/cloud.ts'

const networkA = 'a0000000-0000-4000-8000-00000000000a'
const networkB = 'b0000000-0000-4000-8000-00000000000b'
const networkC = 'c0000000-0000-4000-8000-00000000000c'
const router = 'f0000000-0000-4000-8000-00000000000f'

interface Asked {
  readonly from?: string
  readonly network?: string
  readonly router?: string
  readonly release?: ReleaseName
}

function find({ from, network, router: routerId, release = 'zed' }: Asked) {
  const headers = foldEventletHeaders([
    ...(from === undefined ? [] : [['X-Forwarded-For', from] as const]),
    ...(network === undefined ? [] : [['X-Neutron-Network-ID', network] as const]),
    ...(routerId === undefined ? [] : [['X-Neutron-Router-ID', routerId] as const]),
  ])
  return findInstance(indexPorts(goldenAgentConfig().ports), headers, release)
}

const finds = test.macro({
  title: (_, name: string) => name,
  exec(t, _: string, asked: Asked, instanceId: string | 'none' | 'both') {
    const found = find(asked)
    t.is(found.kind === 'instance' ? found.instanceId : found.kind, instanceId)
  },
})

const alpha = 'aaaa1111-0000-4000-8000-000000000001'
const charlie = 'cccc3333-0000-4000-8000-000000000003'
test(finds, 'an address on its network', { from: '10.77.0.11', network: networkA }, alpha)
test(
  finds,
  'a network id compares without case',
  { from: '10.77.0.11', network: networkA.toUpperCase() },
  alpha,
)
test(finds, 'an address through its router', { from: '::ffff:10.78.0.21', router }, charlie)
test(
  finds,
  'a MAC in a link-local address',
  { from: 'fe80::f816:3eff:fe78:21', network: networkB },
  charlie,
)
test(
  finds,
  'an address that is on no network of the router',
  { from: '10.77.0.11', router },
  'none',
)
test(finds, 'an address that nobody has', { from: '10.77.0.99', network: networkA }, 'none')
test(finds, 'a port that belongs to nobody', { from: '10.77.0.67', network: networkA }, 'none')
test(finds, 'both ids', { from: '10.77.0.11', network: networkA, router }, 'both')
test(
  finds,
  'both ids before Queens, when the network goes first',
  { from: '10.77.0.11', network: networkA, router, release: 'pike' },
  alpha,
)
test(finds, 'an empty id counts as none', { from: '10.78.0.21', network: '', router }, charlie)
test(
  finds,
  'an unknown router is not searched everywhere',
  { from: '10.79.0.31', router: 'unknown' },
  'none',
)
test(
  finds,
  'no address in an old release, several ports',
  { network: networkA, release: 'ussuri' },
  'none',
)

test('the same address on another network is another instance', t => {
  const [here, there] = [networkA, networkC].map(network => find({ from: '10.77.0.11', network }))
  t.is(here?.kind, 'instance')
  t.is(there?.kind, 'instance')
  t.notDeepEqual(here, there)
})

test('the address of a DHCP port is the DHCP port, which nova will not know', t => {
  const controller = 'd3377d3c-a0d1-5d71-9947-f17125c357bb'
  const instanceId = `dhcp${controller}-${networkA}`
  t.like(find({ from: '10.77.0.2', network: networkA }), { instanceId })
})

test('two ports with one address give no instance', t => {
  const { ports } = goldenAgentConfig()
  const [port] = ports
  if (port === undefined) return t.fail()
  const headers = foldEventletHeaders([
    ['X-Forwarded-For', port.ip_addresses[0] ?? ''],
    ['X-Neutron-Network-ID', port.network_id],
  ])
  t.is(findInstance(indexPorts([...ports, port]), headers, 'zed').kind, 'none')
})

const unexpected = test.macro({
  title: (_, name: string) => `${name} is not expected`,
  exec(t, _: string, asked: Asked) {
    t.throws(() => find(asked), { instanceOf: UnexpectedRequest })
  },
})

test(unexpected, 'a request without X-Forwarded-For', { network: networkA })
test(unexpected, 'a request with two addresses', {
  from: '10.77.0.11,10.77.0.12',
  network: networkA,
})
test(unexpected, 'a request without either id', { from: '10.77.0.11' })
