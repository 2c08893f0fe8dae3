import { createServer, type Server } from 'node:http'
import { networkInterfaces } from 'node:os'
import type { ExecutionContext } from 'ava'
import { bridgeName, tapDevice } from '../../src/neutron/names.ts'
import { hostTest as test } from './support/lab.ts'
import { fetchIn, readIn, runIn, uuidSeenBy } from './support/namespace.ts'
import { answeringTo, beside169254169254 } from './support/probe.ts'
import { type BuiltLab, namesIn, standingLabs } from './support/standing-labs.ts'

const dhcp = `
name: isolation
neutron:
  dhcp_agent: {enable_isolated_metadata: true}
networks:
  private: {subnets: [{cidr: 192.168.30.0/24}]}
  other: {subnets: [{cidr: 192.168.40.0/24}]}
instances:
  vm1: {networks: [private]}
  vm2: {networks: [private]}
  stranger: {networks: [other]}
`

const routed = `
name: isolation-routed
networks:
  private: {subnets: [{cidr: 192.168.30.0/24}]}
  other: {subnets: [{cidr: 192.168.40.0/24}]}
  public: {"router:external": true, subnets: [{cidr: 203.0.113.0/24, enable_dhcp: false}]}
routers:
  edge: {external_gateway: public, interfaces: [private]}
  elsewhere: {external_gateway: public, interfaces: [other]}
instances:
  vm1: {networks: [private]}
  vm2: {networks: [private]}
  stranger: {networks: [other]}
`

const labs = standingLabs({ dhcp: { topology: dhcp }, routed: { topology: routed } })

function each(title: string, body: (t: ExecutionContext, built: BuiltLab) => Promise<void>): void {
  for (const key of ['dhcp', 'routed'] as const) test(`${key}: ${title}`, t => body(t, labs(key)))
}

const novaUrl = 'http://172.29.236.11:8775/'

/** No answer at all: neither HTTP nor a closed port's reset would be isolation. */
async function isSilent(namespace: string, url: string, ...options: readonly string[]) {
  const { status, exitCode } = await fetchIn(namespace, url, '-m', '1', ...options)
  return status === 0 && exitCode !== 0
}

each('the management network is out of a guest’s reach', async (t, built) => {
  const { guest, host } = namesIn(built)
  t.is((await fetchIn(host, novaUrl)).status, 200)
  t.true(await isSilent(guest('vm1'), novaUrl))
})

each(
  '169.254.169.253 and .123 are no addresses of Neutron’s, and nobody answers there',
  async (t, built) => {
    const { guest } = namesIn(built)
    for (const name of ['vm1', 'stranger'])
      t.deepEqual(await answeringTo(guest(name), beside169254169254), [], name)
  },
)

each('the management network is out of reach through DHCP’s port', async (t, built) => {
  const { guest } = namesIn(built)
  await readIn(guest('vm1'), 'ip', 'route', 'add', '172.29.236.0/22', 'via', '192.168.30.2')
  t.true(await isSilent(guest('vm1'), novaUrl))
  await readIn(guest('vm1'), 'ip', 'route', 'delete', '172.29.236.0/22')
})

each('the management network is out of reach by the MACs of the bridge', async (t, built) => {
  const { guest } = namesIn(built)
  for (const mac of await macsOfHost(built)) {
    await aimAt(guest('vm1'), '172.29.236.11', mac)
    t.true(await isSilent(guest('vm1'), novaUrl), mac)
    await unaim(guest('vm1'), '172.29.236.11')
  }
})

/** Every MAC that a frame of a guest on `private` could be taken in by in its host's namespace. */
async function macsOfHost(built: BuiltLab): Promise<string[]> {
  const { host, network, instance } = namesIn(built)
  const devices = [
    bridgeName(network('private').id),
    tapDevice(instance('vm1').port_ids[0] ?? ''),
    'br-mgmt',
  ]
  return await Promise.all(
    devices.map(device => readIn(host, 'cat', `/sys/class/net/${device}/address`)),
  )
}

/** Frames for an address go to a MAC, whoever owns it. */
async function aimAt(namespace: string, address: string, mac: string): Promise<void> {
  const neighbour = ['neigh', 'replace', address, 'lladdr', mac, 'dev', 'eth0', 'nud', 'permanent']
  await readIn(namespace, 'ip', ...neighbour)
  await readIn(namespace, 'ip', 'route', 'replace', `${address}/32`, 'dev', 'eth0')
}

async function unaim(namespace: string, address: string): Promise<void> {
  await readIn(namespace, 'ip', 'route', 'delete', `${address}/32`)
  await readIn(namespace, 'ip', 'neigh', 'delete', address, 'dev', 'eth0')
}

each('a spoofed source address reaches the management network neither', async (t, built) => {
  const { guest, host } = namesIn(built)
  const [bridgeMac = ''] = await macsOfHost(built)
  for (const source of ['172.29.236.12/32', '127.0.0.2/32', '192.168.40.9/32']) {
    await readIn(guest('vm1'), 'ip', 'address', 'add', source, 'dev', 'eth0')
    await aimAt(guest('vm1'), '172.29.236.11', bridgeMac)
    const [address = ''] = source.split('/')
    const before = await received(host)
    t.true(await isSilent(guest('vm1'), novaUrl, '--interface', address), source)
    t.is(await received(host), before, source)
    await unaim(guest('vm1'), '172.29.236.11')
    await readIn(guest('vm1'), 'ip', 'address', 'delete', source, 'dev', 'eth0')
  }
})

/** TCP segments that the host's own stack has taken in. */
async function received(host: string): Promise<string> {
  const text = await readIn(host, 'cat', '/proc/net/snmp')
  const [names = '', values = ''] = text.split('\n').filter(line => line.startsWith('Tcp:'))
  return values.split(' ')[names.split(' ').indexOf('InSegs')] ?? ''
}

each('nothing of the host answers by IPv6 on the guest’s link', async (t, built) => {
  const { guest, host, network } = namesIn(built)
  const bridge = bridgeName(network('private').id)
  t.is(await readIn(host, 'ip', '-6', 'address', 'show', 'dev', bridge), '')
  const mac = await readIn(host, 'cat', `/sys/class/net/${bridge}/address`)
  const ping = ['busybox', 'ping', '-6', '-c1', '-W1', `${linkLocalOf(mac)}%eth0`]
  t.not((await runIn(guest('vm1'), ping)).exitCode, 0)
})

/** RFC 4291, appendix A. */
function linkLocalOf(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac
    .split(':')
    .map(byte => Number.parseInt(byte, 16))
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f]
  return `fe80::${groups.map(group => group.toString(16)).join(':')}`
}

each('the machine itself is out of a guest’s reach', async (t, built) => {
  const { guest } = namesIn(built)
  await withServer(async port => {
    const own = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
    const targets = own.flatMap(({ address, family }) => (family === 'IPv4' ? [address] : []))
    t.true(targets.length > 0)
    for (const address of targets.filter(target => target !== '127.0.0.1'))
      t.true(await isSilent(guest('vm1'), `http://${address}:${port}/`), address)
    const [bridgeMac = ''] = await macsOfHost(built)
    for (const address of targets.filter(target => !target.startsWith('127.'))) {
      await aimAt(guest('vm1'), address, bridgeMac)
      t.true(await isSilent(guest('vm1'), `http://${address}:${port}/`), address)
      await unaim(guest('vm1'), address)
    }
  })
})

/** A server on every address of the machine, for the length of a test. */
async function withServer(body: (port: number) => Promise<void>): Promise<void> {
  const server = createServer((_request, response) => response.end('the machine'))
  const port = await listen(server)
  try {
    await body(port)
  } finally {
    server.close()
  }
}

function listen(server: Server): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '0.0.0.0', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

each('another tenant’s network and lab are out of a guest’s reach', async (t, built) => {
  const { guest } = namesIn(built)
  const ping = async (from: string, address: string) =>
    (await runIn(from, ['busybox', 'ping', '-c1', '-W1', address])).exitCode
  t.is(await ping(guest('stranger'), '192.168.40.2'), 0)
  t.not(await ping(guest('vm1'), '192.168.40.2'), 0)
  t.not(await ping(guest('vm1'), '192.168.40.3'), 0)
})

test('labs with the same networks and addresses do not meet', async t => {
  const one = namesIn(labs('dhcp'))
  const other = namesIn(labs('routed'))
  t.is(await uuidSeenBy(one.guest('vm1')), one.instance('vm1').id)
  t.is(await uuidSeenBy(other.guest('vm1')), other.instance('vm1').id)
  t.not(one.instance('vm1').id, other.instance('vm1').id)
  const bridges = [one, other].map(({ host }) =>
    readIn(host, 'ip', '-o', 'link', 'show', 'type', 'bridge'),
  )
  const [ofOne = '', ofOther = ''] = await Promise.all(bridges)
  t.not(ofOne, ofOther)
})

each('no header of a guest’s own gets it another’s metadata', async (t, built) => {
  const { guest, instance, network } = namesIn(built)
  const own = instance('vm1').id
  const stranger = instance('stranger')
  const forged: readonly (readonly string[])[] = [
    [`X-Instance-ID: ${stranger.id}`],
    [
      `X-Instance-ID: ${stranger.id}`,
      `X-Tenant-ID: ${stranger.project_id}`,
      `X-Instance-ID-Signature: ${'0'.repeat(64)}`,
    ],
    [`X-Neutron-Network-ID: ${network('other').id}`],
    ...built.cloud.routers.map(({ id }) => [`X-Neutron-Router-ID: ${id}`]),
    ['X-Forwarded-For: 192.168.40.3'],
    ['X-Forwarded-For: 192.168.30.4'],
    [`X-Neutron-Network-ID: ${network('other').id}`, 'X-Forwarded-For: 192.168.40.3'],
    [`X_Neutron_Network_ID: ${network('other').id}`, 'X_Forwarded_For: 192.168.40.3'],
    [
      `x-neutron-network-id: ${network('other').id}`,
      'x-forwarded-for: 192.168.40.3',
      `x-instance-id: ${stranger.id}`,
    ],
    ['Forwarded: for=192.168.30.4', 'X-Real-IP: 192.168.30.4', 'X-Metadata-Provider: x'],
  ]
  for (const headers of forged) {
    const seen = await uuidSeenBy(guest('vm1'), ...headers.flatMap(header => ['-H', header]))
    t.regex(seen, new RegExp(`^(${own}|status (400|404|500|502))$`), headers.join(' + '))
  }
  t.is(await uuidSeenBy(guest('vm1'), '-H', `X-Instance-ID: ${stranger.id}`), own)
  t.is(await uuidSeenBy(guest('vm1'), '-H', `X-Neutron-Network-ID: ${network('other').id}`), own)
})

each('a guest without a root’s powers reads no secret of the lab’s', async (t, built) => {
  const { guest } = namesIn(built)
  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
  for (const name of [
    'lab.json',
    'journal.jsonl',
    'etc/nova-api-metadata.json',
    'log/nova-api-metadata.log',
  ]) {
    const { exitCode } = await runIn(guest('vm1'), [
      ...asNobody,
      'cat',
      `${built.statePath}/${name}`,
    ])
    t.not(exitCode, 0, name)
  }
})
