import type { Port } from '../../src/cloud/cloud.ts'
import { findNode } from '../../src/plan/find-node.ts'
import { hostNamespace } from '../../src/plan/names.ts'
import type { ServiceName, ServiceStep } from '../../src/plan/step.ts'
import { findService } from '../../src/runtime/process/find-service.ts'
import { lab, processTest, hostTest as test, waitFor } from './support/lab.ts'
import { linesOf, readIn, runIn, uuidSeenBy } from './support/namespace.ts'
import {
  answeringTo,
  beside169254169254,
  exchangeWith,
  offersTo,
  whileEchoing,
} from './support/probe.ts'
import type { Target } from './support/probe-network.ts'
import { type BuiltLab, namesIn, standingLabs } from './support/standing-labs.ts'

const several = `
name: several-hosts
hosts: {controller: controller, network1: network, network2: network, compute1: compute, compute2: compute}
neutron:
  dhcp_agents_per_network: 2
  dhcp_agent: {enable_isolated_metadata: true}
networks:
  private: {subnets: [{cidr: 192.168.30.0/24}], provider:segmentation_id: 77}
  web: {subnets: [{cidr: 192.168.40.0/24}]}
  public: {"router:external": true, subnets: [{cidr: 203.0.113.0/24, enable_dhcp: false}]}
routers:
  edge: {host: network1, external_gateway: public, interfaces: [web]}
instances:
  vm1: {host: compute1, networks: [{name: private, fixed_ip: 192.168.30.11}]}
  vm2: {host: compute2, networks: [{name: private, fixed_ip: 192.168.30.12}]}
  vm3: {host: compute1, networks: [web]}
  vm4: {host: compute2, networks: [web]}
`

/** Of the same addresses, hosts' and guests', and the same VNI, and with OVN's ways. */
const twin = `
name: twin
hosts: {controller: [controller, network], compute1: compute, compute2: compute}
neutron: {mechanism_driver: ovn}
networks:
  private: {subnets: [{cidr: 192.168.30.0/24}], provider:segmentation_id: 77}
instances:
  vm1: {host: compute1, networks: [{name: private, fixed_ip: 192.168.30.11}]}
  only-here: {host: compute2, networks: [{name: private, fixed_ip: 192.168.30.66}]}
`

const labs = standingLabs({ several: { topology: several }, twin: { topology: twin } })

const hosts = ['controller', 'network1', 'network2', 'compute1', 'compute2']
const guests = ['vm1', 'vm2', 'vm3', 'vm4']

function nodeIn(built: BuiltLab, word: string): string {
  const node = findNode(built, word)
  if (node === null) throw new Error(`lab ${built.name} has no node ${word}`)
  return node.namespace
}

/** One ping with its payload's size, answered within a second. */
async function pings(namespace: string, address: string, bytes = 56): Promise<boolean> {
  const words = ['busybox', 'ping', '-c', '1', '-W', '1', '-s', `${bytes}`, address]
  return (await runIn(namespace, words)).exitCode === 0
}

/** The same, on a busy machine too. */
async function reaches(namespace: string, address: string, bytes?: number): Promise<void> {
  await waitFor(`${namespace} reaches ${address}`, () => pings(namespace, address, bytes))
}

test('guests on two compute hosts talk by TCP and UDP in datagrams of 1450 bytes, and in no larger ones', async t => {
  const { guest } = namesIn(labs('several'))
  const [vm1, vm2] = [guest('vm1'), guest('vm2')]
  const largest = 1450 - 28
  await whileEchoing(vm2, async () => {
    t.deepEqual(await exchangeWith(vm1, '192.168.30.12', largest), { tcp: 2 ** 20, udp: largest })
  })
  for (const namespace of [vm1, vm2])
    t.regex(await readIn(namespace, 'ip', 'link', 'show', 'eth0'), / mtu 1450 /)
  // Linux fragments what its own device cannot take; with a larger MTU it sends that whole, and says not to fragment it.
  for (const namespace of [vm1, vm2])
    await readIn(namespace, 'ip', 'link', 'set', 'eth0', 'mtu', '1500')
  await t.notThrowsAsync(reaches(vm1, '192.168.30.12', largest))
  t.false(await pings(vm1, '192.168.30.12', largest + 1))
  for (const namespace of [vm1, vm2])
    await readIn(namespace, 'ip', 'link', 'set', 'eth0', 'mtu', '1450')
})

test('a network is a VXLAN among the hosts that have a port of it, which learn where MACs are', async t => {
  const { cloud } = labs('several')
  const at = (host: string) => hostNamespace(cloud.lab, host)
  const { instance, network } = namesIn(labs('several'))
  const has = await Promise.all(
    hosts.map(async host => (await readIn(at(host), 'ip', '-br', 'link')).includes('vxlan-77')),
  )
  t.deepEqual(has, [false, true, true, true, true])
  const [device] = JSON.parse(
    await readIn(at('compute1'), 'ip', '-d', '-j', 'link', 'show', 'vxlan-77'),
  )
  t.like(device, { mtu: 1450, master: `brq${network('private').id.slice(0, 11)}` })
  const { id, group, link, local, port } = device.linkinfo.info_data
  t.deepEqual(
    { id, group, link, local, port },
    { id: 77, group: '224.0.0.1', link: 'br-vxlan', local: '172.29.240.14', port: 4789 },
  )
  await t.notThrowsAsync(reaches(nodeIn(labs('several'), 'vm1'), '192.168.30.12'))
  const known = await readIn(at('compute1'), 'bridge', 'fdb', 'show', 'dev', 'vxlan-77')
  const mac = portOf(instance('vm2').port_ids[0]).mac_address
  t.true(
    linesOf(known).some(line => line.startsWith(`${mac} dst 172.29.240.15 `)),
    known,
  )
})

function portOf(id: string | undefined): Port {
  const found = labs('several').cloud.ports.find(port => port.id === id)
  if (found === undefined) throw new Error(`no port ${id}`)
  return found
}

test('both DHCP agents of a network offer an address, each in a namespace, with a port and an address of its own', async t => {
  const { instance, network, guest } = namesIn(labs('several'))
  const agents = labs('several').cloud.ports.filter(
    port => port.network_id === network('private').id && port.device_owner === 'network:dhcp',
  )
  t.deepEqual(
    agents.map(port => [port['binding:host_id'], port.fixed_ips.map(one => one.ip_address)]),
    [
      ['network1', ['192.168.30.2']],
      ['network2', ['192.168.30.3']],
    ],
  )
  for (const { id, mac_address, 'binding:host_id': host, fixed_ips } of agents) {
    const namespace = nodeIn(labs('several'), `private@${host}`)
    t.is(namespace, `qdhcp-${network('private').id}@${host}`)
    const shown = await readIn(namespace, 'ip', 'address', 'show', `tap${id.slice(0, 11)}`)
    t.true(shown.includes(mac_address) && shown.includes(` ${fixed_ips[0]?.ip_address}/24 `))
  }
  const mac = portOf(instance('vm1').port_ids[0]).mac_address
  t.deepEqual(await offersTo(guest('vm1'), mac, 2), bothAgents)
})

test('guests get metadata by way of either agent of an isolated network, and from the router of another', async t => {
  const { guest, instance } = namesIn(labs('several'))
  await withRouteOf('vm1', async seenBy => {
    for (const address of bothAgents) t.is(await seenBy(address), instance('vm1').id, address)
  })
  for (const other of ['vm2', 'vm3', 'vm4'])
    t.is(await uuidSeenBy(guest(other)), instance(other).id, other)
})

// Engines put back what was killed, whether or not an agent looks after it.
processTest('while one agent’s proxy and dnsmasq are dead, the other serves alone', async t => {
  const { guest, instance } = namesIn(labs('several'))
  const { name } = labs('several')
  const mac = portOf(instance('vm1').port_ids[0]).mac_address
  t.is((await lab(['--lab', name, 'stop', 'neutron-dhcp-agent@network1'])).exitCode, 0)
  try {
    for (const service of ['haproxy', 'dnsmasq'] as const) await kill('private@network1', service)
    await withRouteOf('vm1', async seenBy => {
      t.is(await seenBy('192.168.30.2'), 'status 0')
      t.is(await seenBy('192.168.30.3'), instance('vm1').id)
    })
    t.deepEqual(await offersTo(guest('vm1'), mac, 2), ['192.168.30.3'])
  } finally {
    t.is((await lab(['--lab', name, 'start', 'neutron-dhcp-agent'])).exitCode, 0)
  }
  await withRouteOf('vm1', async seenBy => {
    t.is(await seenBy('192.168.30.2'), instance('vm1').id)
  })
  t.deepEqual(await offersTo(guest('vm1'), mac, 2), bothAgents)
  const status = await lab(['status', name])
  t.is(status.exitCode, 0, status.stdout)
})

const bothAgents = ['192.168.30.2', '192.168.30.3']

/** The body sends a guest to metadata by way of an address; its lease's route is back in the end. */
async function withRouteOf(
  name: string,
  body: (seenBy: (address: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  const guest = nodeIn(labs('several'), name)
  const route = async (...words: readonly string[]) => await readIn(guest, 'ip', 'route', ...words)
  const leased = linesOf(await route('show', '169.254.169.254')).join()
  await body(async address => {
    await route('replace', '169.254.169.254', 'via', address)
    return await uuidSeenBy(guest)
  })
  await route('replace', ...leased.split(/\s+/))
}

async function kill(node: string, service: ServiceName): Promise<void> {
  const namespace = nodeIn(labs('several'), node)
  const step = labs('several').plan.steps.find(
    (one): one is ServiceStep =>
      one.kind === 'service' && one.service === service && one.namespace === namespace,
  )
  const running = step === undefined ? null : findService(step)
  if (step === undefined || running === null) throw new Error(`no ${service} in ${namespace}`)
  process.kill(running.pid, 'SIGKILL')
  await waitFor(`the end of ${service}`, () => findService(step) === null)
}

/** What is between hosts: their addresses, the API and the far ends of tunnels. */
const between = (['172.29.236', '172.29.240'] as const).flatMap(net =>
  hosts.flatMap((_, index): Target[] => [
    { protocol: 'tcp', address: `${net}.${11 + index}`, port: 8775 },
    { protocol: 'udp', address: `${net}.${11 + index}`, port: 4789 },
  ]),
)

test('no guest reaches the networks between hosts, nor has an answer from 169.254.169.253 and .123', async t => {
  const all = [
    ...guests.map(name => nodeIn(labs('several'), name)),
    ...['vm1', 'only-here'].map(name => nodeIn(labs('twin'), name)),
  ]
  const nova = { protocol: 'tcp', address: '172.29.236.11', port: 8775 } as const
  const host = nodeIn(labs('several'), 'network1')
  await waitFor('an answer to a host', async () => (await answeringTo(host, [nova])).length === 1)
  const answered = await Promise.all(
    all.map(async namespace => await answeringTo(namespace, [...between, ...beside169254169254])),
  )
  for (const [index, namespace] of all.entries()) t.deepEqual(answered[index], [], namespace)
})

test('no way leads to the networks between hosts by way of DHCP ports, nor by the MACs of bridges', async t => {
  const { guest, network } = namesIn(labs('several'))
  const vm1 = guest('vm1')
  for (const address of ['192.168.30.2', '192.168.30.3']) {
    await readIn(vm1, 'ip', 'route', 'add', '172.29.0.0/16', 'via', address)
    t.deepEqual(await answeringTo(vm1, between), [], address)
    await readIn(vm1, 'ip', 'route', 'delete', '172.29.0.0/16')
  }
  await readIn(vm1, 'ip', 'route', 'add', '172.29.0.0/16', 'dev', 'eth0')
  const bridges = [`brq${network('private').id.slice(0, 11)}`, 'br-mgmt', 'br-vxlan']
  for (const bridge of bridges) {
    await aimAt(vm1, bridge)
    t.deepEqual(await answeringTo(vm1, between), [], bridge)
  }
  for (const target of between)
    await runIn(vm1, ['ip', 'neighbor', 'delete', target.address, 'dev', 'eth0'])
  await readIn(vm1, 'ip', 'route', 'delete', '172.29.0.0/16', 'dev', 'eth0')
})

/** The hosts' addresses are at the MACs of one of their bridges, for all that a guest knows. */
async function aimAt(namespace: string, bridge: string): Promise<void> {
  for (const [index, host] of hosts.entries()) {
    const device = host === 'controller' && bridge.startsWith('brq') ? 'br-mgmt' : bridge
    const path = `/sys/class/net/${device}/address`
    const mac = await readIn(hostNamespace(labs('several').cloud.lab, host), 'cat', path)
    for (const net of ['172.29.236', '172.29.240'])
      await readIn(
        ...([namespace, 'ip', 'neighbor', 'replace', `${net}.${11 + index}`, 'lladdr'] as const),
        ...[mac, 'dev', 'eth0'],
      )
  }
}

test('two labs of the same addresses and the same VNI know nothing of each other', async t => {
  const several = labs('several')
  const other = labs('twin')
  await t.notThrowsAsync(reaches(nodeIn(other, 'vm1'), '192.168.30.66'))
  t.false(await pings(nodeIn(several, 'vm1'), '192.168.30.66'))
  await t.notThrowsAsync(reaches(nodeIn(several, 'vm1'), '192.168.30.12'))
  t.false(await pings(nodeIn(other, 'vm1'), '192.168.30.12'))
  for (const built of [several, other])
    t.is(await uuidSeenBy(nodeIn(built, 'vm1')), namesIn(built).instance('vm1').id)
})

test('on a host, ip netns has its namespaces under OpenStack’s names, and enters them', async t => {
  const { name, cloud } = labs('several')
  const { qdhcp, qrouter } = namesIn(labs('several'))
  const on = (host: string, ...words: string[]) =>
    lab(['--lab', name, 'exec', host, '--', ...words])
  const listed = async (host: string) =>
    linesOf((await on(host, 'ip', 'netns', 'list')).stdout)
      .map(line => line.replace(/ .*/, ''))
      .sort()
  const dhcp = [qdhcp('private'), qdhcp('web')].sort()
  t.deepEqual(await listed('network1'), [...dhcp, qrouter('edge')])
  t.deepEqual(await listed('network2'), dhcp)
  for (const host of ['controller', 'compute1']) t.deepEqual(await listed(host), [])
  const enter = ['ip', 'netns', 'exec', qdhcp('private'), 'ip', '-br', 'address']
  t.regex((await on('network2', ...enter)).stdout, / 192\.168\.30\.3\/24 /)
  t.is((await on('network1', 'sh', '-c', 'exit 7')).exitCode, 7)
  const made = await on('network2', 'sh', '-c', 'ip netns add mine && ip netns list')
  t.regex(made.stdout, /^mine$/m)
  t.false(
    linesOf(await readIn(hostNamespace(cloud.lab, 'network2'), 'ip', 'netns')).includes('mine'),
  )
  const ovn = await lab(['--lab', labs('twin').name, 'exec', 'compute1', '--', 'ip', 'netns'])
  t.regex(ovn.stdout, new RegExp(`^ovnmeta-${namesIn(labs('twin')).network('private').id}\\b`))
  const wrong = await on('private@compute1', 'true')
  t.is(wrong.exitCode, 2)
  t.regex(wrong.stderr, /no node private@compute1\n +There is private@network1, private@network2\./)
})

test('commands show a lab by its hosts, on a screen, and in JSON', async t => {
  const { name, up } = labs('several')
  t.true(linesOf(up.stdout).length <= 40, up.stdout)
  t.regex(up.stdout, /stands: 5 hosts, 3 networks, 1 router, 4 instances/)
  t.regex(up.stdout, /^network2 {2}network {2}172\.29\.236\.13, tunnels 172\.29\.240\.13$/m)
  t.regex(up.stdout, /^ {2}qdhcp +private +192\.168\.30\.3 +metadata 169\.254\.169\.254:80$/m)
  t.notRegex(up.stdout.split('fetched')[0] ?? '', /[0-9a-f]{8}-[0-9a-f]{4}/)
  const status = await lab(['status', name])
  t.regex(status.stdout, /^network1\n(?: {2}.*\n)* {2}haproxy +edge +pid \d+$/m)
  const logs = await lab(['--lab', name, 'logs', 'haproxy@network1', '--json'])
  const files = JSON.parse(logs.stdout).map(({ file }: { file: string }) => file)
  t.true(files.length > 0)
  for (const file of files) t.regex(file, /\/haproxy-[^/]*@network1\.log$/)
  const list = await lab(['--lab', name, 'host', 'list'])
  t.regex(list.stdout, /^compute1 +compute +172\.29\.236\.14 +172\.29\.240\.14 +joined +2 guests$/m)
  const rows: readonly { name: string }[] = JSON.parse(
    (await lab(['--lab', name, 'host', 'list', '--json'])).stdout,
  )
  t.deepEqual(
    rows.map(row => row.name),
    hosts,
  )
})
