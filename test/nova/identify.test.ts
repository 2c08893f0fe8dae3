import { createHmac } from 'node:crypto'
import test from 'ava'
import type { NovaMetadataConfig } from '../../src/nova/config.ts'
import { novaApi } from '../fixtures/nova-options.ts'
import { goldenInstance, novaWith } from './ask-nova.ts'

const alpha = goldenInstance('alpha')
const path = '/latest/meta-data/instance-id'
const id = alpha.ec2_ids.instance_id
const port = {
  network_id: 'a',
  project_id: alpha.project_id,
  device_id: alpha.uuid,
  ip_addresses: ['10.77.0.11', 'fd00:77::b'],
}
const others = {
  dhcp: { ...port, device_id: 'dhcp-a', ip_addresses: ['10.77.0.2'] },
  orphan: { ...port, device_id: '', ip_addresses: ['10.77.0.11', '10.77.0.67'] },
  ghost: { ...port, device_id: 'f'.repeat(8), ip_addresses: ['10.77.0.66'] },
  foxtrot: { ...port, network_id: 'c', device_id: 'foxtrot', ip_addresses: ['10.77.0.11'] },
}

function direct(options: Partial<NovaMetadataConfig> = {}) {
  const ports = [port, others.dhcp, others.orphan, others.ghost]
  return novaWith(alpha, { service_metadata_proxy: false, ports, ...options })
}

const byAddress = test.macro({
  title: (_, peer: string) => `without service_metadata_proxy nova goes by the address: ${peer}`,
  exec(t, peer: string, expected: number, logged?: string) {
    const nova = direct()
    const answer = nova.ask(path, [], { peer })
    t.like(answer, expected === 200 ? { status: 200, text: id } : { status: expected })
    t.is(nova.logged.at(-1), logged)
  },
})

const handler = 'nova.api.metadata.handler'
const found = `INFO nova.api.metadata.base Fixed IP %s translates to instance UUID ${alpha.uuid}`
test(byAddress, '10.77.0.11', 200, found.replace('%s', '10.77.0.11'))
test(byAddress, 'FD00:77::B', 200, found.replace('%s', 'FD00:77::B'))
test(
  byAddress,
  '10.77.0.99',
  404,
  `ERROR ${handler} Failed to get metadata for IP 10.77.0.99: no metadata`,
)
test(
  byAddress,
  '10.77.0.67',
  404,
  `ERROR ${handler} Failed to get metadata for IP 10.77.0.67: no metadata`,
)
test(
  byAddress,
  '10.77.0.66',
  404,
  `ERROR ${handler} Failed to get metadata for IP 10.77.0.66: no metadata`,
)
test(
  byAddress,
  '10.77.0.2',
  404,
  `ERROR ${handler} Failed to get metadata for IP 10.77.0.2: no metadata`,
)
test(
  byAddress,
  '::ffff:10.77.0.11',
  404,
  `ERROR ${handler} Failed to get metadata for IP ::ffff:10.77.0.11: no metadata`,
)

test('an address on two networks is a 500 that says nothing of it to the guest', t => {
  const nova = direct({ ports: [port, others.foxtrot] })
  const answer = nova.ask(path, [['Accept', 'text/html']], { peer: '10.77.0.11' })
  t.like(answer, { status: 500 })
  t.regex(answer === 'closed' ? '' : answer.text, /An unknown error has occurred/)
  t.regex(nova.logged.join('\n'), /More than one instance is associated with fixed IP address/)
})

test('a request from nowhere is a 500', t => {
  t.like(direct().ask(path, []), { status: 500 })
})

test('the root needs no address, and local-ipv4 without a fixed one is where the request came from', t => {
  t.like(direct().ask('/', [], { peer: '192.0.2.1' }), { status: 200 })
  const view = { ...alpha, network_info: [] }
  const nova = novaWith(view, { service_metadata_proxy: false, ports: [port] })
  const answer = nova.ask('/latest/meta-data/local-ipv4', [], { peer: 'fd00:77::b' })
  t.deepEqual(answer, { status: 200, text: 'fd00:77::b' })
})

test('X-Instance-ID is ignored with a warning, whatever it says', t => {
  const nova = direct()
  t.like(nova.get(path, { peer: '10.77.0.99' }), { status: 404 })
  t.like(nova.ask(path, [['X-Instance-ID', 'x']], { peer: '10.77.0.11' }), { status: 200 })
  t.is(nova.logged.filter(line => line.includes('must be enabled to process')).length, 2)
})

const byHeader = test.macro({
  title: (_, release: string, option: string, header: string, value: string) =>
    `nova of ${release} with ${option} and ${header}: ${value}`,
  exec(
    t,
    release: NovaMetadataConfig['release'],
    option: 'enable_proxy_headers_parsing' | 'use_forwarded_for',
    header: string,
    value: string,
    expected: number,
  ) {
    const options =
      option === 'use_forwarded_for'
        ? { api: { ...novaApi, use_forwarded_for: true } }
        : { enable_proxy_headers_parsing: true }
    const nova = direct({ release, ...options })
    t.like(nova.ask(path, [[header, value]], { peer: '192.0.2.1' }), { status: expected })
  },
})

const parsing = 'enable_proxy_headers_parsing'
test(byHeader, 'zed', parsing, 'X-Forwarded-For', '10.77.0.11', 200)
test(byHeader, 'zed', parsing, 'X-Forwarded-For', '10.77.0.11, 192.0.2.7', 404)
test(byHeader, 'zed', parsing, 'X-Forwarded-For', '::ffff:10.77.0.11', 404)
test(byHeader, 'zed', parsing, 'Forwarded', 'proto=http; For = 10.77.0.11, for=192.0.2.7', 200)
test(byHeader, 'zed', parsing, 'Forwarded', 'for=192.0.2.7, for=10.77.0.11', 404)
test(byHeader, 'zed', parsing, 'Forwarded', 'for="[fd00:77::b]"', 404)
test(byHeader, 'yoga', parsing, 'X-Forwarded-For', '10.77.0.11', 404)
test(byHeader, '2023.2', 'use_forwarded_for', 'X-Forwarded-For', '10.77.0.11', 200)
test(byHeader, '2023.2', 'use_forwarded_for', 'X-Forwarded-For', '', 500)
test(byHeader, '2024.1', 'use_forwarded_for', 'X-Forwarded-For', '10.77.0.11', 404)

const secret = 'peer-shared-secret'
const sign = (text: string, key = secret) => createHmac('sha256', key).update(text).digest('hex')
const subnets = [{ network_id: 'a', advanced_service_providers: ['edge', 'both'] }]

type Changes = Partial<NovaMetadataConfig>
const byProvider = test.macro({
  title: (_, name: string) => `a load balancer's request ${name}`,
  exec(t, _: string, headers: Record<string, string>, expected: string, changes: Changes = {}) {
    const nova = novaWith(alpha, { ports: [port, others.ghost], subnets, ...changes })
    const asked = Object.entries({ Accept: 'text/html', 'X-Metadata-Provider': 'edge', ...headers })
    const answer = nova.ask(path, asked)
    const shown =
      answer === 'closed'
        ? answer
        : `${answer.status} ${answer.text.replace(/^.*<\/h1>\s*(.*?)<br.*$/s, '$1')}`
    t.is(shown, expected)
  },
})

const signed = { 'X-Metadata-Provider-Signature': sign('edge'), 'X-Forwarded-For': '10.77.0.11' }
const forbidden = '403 Invalid proxy request signature.'
const notFound = '404 The resource could not be found.'
test(byProvider, 'that is signed', signed, `200 ${id}`)
test(byProvider, 'without an address', {}, '400 X-Forwarded-For is missing from request.')
test(byProvider, 'without a signature', { 'X-Forwarded-For': '10.77.0.11' }, forbidden)
test(
  byProvider,
  'with a forged signature',
  { ...signed, 'X-Metadata-Provider-Signature': sign('edge', 'x') },
  forbidden,
)
test(
  byProvider,
  'with a signature that is not ASCII',
  { ...signed, 'X-Metadata-Provider-Signature': 'ž' },
  'closed',
)
test(
  byProvider,
  'with several addresses, of which the first counts',
  { ...signed, 'X-Forwarded-For': '10.77.0.11 , 192.0.2.7' },
  `200 ${id}`,
)
test(
  byProvider,
  'of a provider without subnets',
  { ...signed, 'X-Metadata-Provider': 'x', 'X-Metadata-Provider-Signature': sign('x') },
  '400 Could not find any subnets for provider x',
)
test(
  byProvider,
  'for an address that no port has',
  { ...signed, 'X-Forwarded-For': '10.77.0.99' },
  '400 Expected a single port matching provider edge and IP 10.77.0.99. Found 0.',
)
test(
  byProvider,
  'for an address that two ports have',
  signed,
  '400 Expected a single port matching provider edge and IP 10.77.0.11. Found 2.',
  { ports: [port, { ...others.foxtrot, network_id: 'a' }] },
)
test(
  byProvider,
  'for an address on a network that is not the provider’s',
  signed,
  '400 Expected a single port matching provider edge and IP 10.77.0.11. Found 0.',
  { ports: [others.foxtrot] },
)
test(
  byProvider,
  'for a port that is found in two batches of networks',
  signed,
  '400 Expected a single port matching provider edge and IP 10.77.0.11. Found 2.',
  {
    subnets: [
      ...subnets,
      ...Array.from({ length: 159 }, (_, n) => ({ ...subnets[0], network_id: `n${n}` })),
      ...subnets,
    ].map(({ network_id }) => ({ network_id, advanced_service_providers: ['edge'] })),
  },
)
test(
  byProvider,
  'for a port whose device is no instance',
  { ...signed, 'X-Forwarded-For': '10.77.0.66' },
  notFound,
)
test(byProvider, 'for a port of another project', signed, notFound, {
  ports: [{ ...port, project_id: 'other' }],
})
test(
  byProvider,
  'where nova has no secret and so asks for no signature',
  { 'X-Forwarded-For': '10.77.0.11' },
  `200 ${id}`,
  { metadata_proxy_shared_secret: '' },
)
test(byProvider, 'where no subnet has a provider, as under ML2', signed, 'closed', { subnets: [] })
test(
  byProvider,
  'without a signature before Train',
  { 'X-Forwarded-For': '10.77.0.11' },
  'closed',
  { release: 'stein' },
)
test(
  byProvider,
  'before Ussuri, where the first of two ports is good enough',
  signed,
  `200 ${id}`,
  { release: 'train', ports: [port, { ...others.foxtrot, network_id: 'a' }] },
)
test(
  byProvider,
  'before Ussuri for an address that no port has',
  { ...signed, 'X-Forwarded-For': '10.77.0.99' },
  '400 An unknown error has occurred. Please try your request again.',
  { release: 'train' },
)
test(
  byProvider,
  'before Ussuri of a provider without subnets, where nova itself would look on every network',
  { ...signed, 'X-Metadata-Provider': 'x', 'X-Metadata-Provider-Signature': sign('x') },
  '400 An unknown error has occurred. Please try your request again.',
  { release: 'train' },
)
test(
  byProvider,
  'that is empty is none, and then X-Instance-ID is missed',
  { ...signed, 'X-Metadata-Provider': '' },
  '400 X-Instance-ID header is missing from request.',
)

test('what one provider’s guest is known by is not another provider’s, however the two are written', t => {
  const nova = novaWith(alpha, {
    ports: [port],
    subnets: [
      { network_id: 'a', advanced_service_providers: ['edge-1'] },
      { network_id: 'b', advanced_service_providers: ['edge'] },
    ],
  })
  const ask = (provider: string, address: string) =>
    nova.ask(path, [
      ['X-Metadata-Provider', provider],
      ['X-Metadata-Provider-Signature', sign(provider)],
      ['X-Forwarded-For', address],
    ])
  t.like(ask('edge-1', '10.77.0.11'), { status: 200, text: id })
  t.like(ask('edge', '1-10.77.0.11'), { status: 400 })
})

test('an empty secret is a secret for the agent’s requests', t => {
  const nova = novaWith(alpha, { metadata_proxy_shared_secret: '' })
  t.like(nova.get(path), { status: 200 })
  const headers = [
    ['X-Instance-ID', alpha.uuid],
    ['X-Tenant-ID', alpha.project_id],
  ] as const
  t.like(nova.ask(path, [...headers, ['X-Instance-ID-Signature', '']]), { status: 403 })
})

test('nova tells its operator why a signed request failed', t => {
  const nova = novaWith(alpha)
  const claim = (uuid: string, project: string, signature = sign(uuid)) =>
    nova.ask(path, [
      ['X-Instance-ID', uuid],
      ['X-Tenant-ID', project],
      ['X-Instance-ID-Signature', signature],
    ])
  claim(alpha.uuid, 'other')
  claim('unknown', 'other')
  claim(alpha.uuid, 'other', 'forged')
  t.deepEqual(nova.logged, [
    `WARNING ${handler} Tenant_id other does not match tenant_id of instance ${alpha.uuid}.`,
    'WARNING nova.api.metadata.base Instance mapping for unknown not found; cell setup is incomplete',
    `ERROR ${handler} Failed to get metadata for instance id: unknown`,
    `WARNING ${handler} X-Instance-ID-Signature: forged does not match the expected signature for id: ${alpha.uuid}. Request From: None`,
  ])
})
