import { readFileSync } from 'node:fs'
import { hostView } from '../../src/cloud/agent-view.ts'
import type { Host } from '../../src/cloud/cloud.ts'
import { ovnMetadataDevices, ovnMetadataNamespace } from '../../src/neutron/names.ts'
import { ovnMetadataPortOf } from '../../src/neutron/ovn/metadata-port.ts'
import { agentNamespace } from '../../src/plan/names.ts'
import { findService } from '../../src/runtime/process/find-service.ts'
import { tellPeer, withHttpServer } from './support/http-server.ts'
import { lab, processTest, hostTest as test, waitFor } from './support/lab.ts'
import {
  addressesIn,
  fetchIn,
  listenersIn,
  readIn,
  routesIn,
  runIn,
  uuidSeenBy,
} from './support/namespace.ts'
import { processOf } from './support/processes.ts'
import { type BuiltLab, namesIn, standingLabs } from './support/standing-labs.ts'
import { testRuntime } from './support/test-runtime.ts'

//  vm1 ── brq (compute1) ── vxlan ── brq (controller) ── router ── public
//          ├ ovnmeta, DHCP    │
//  vm2 ── brq (compute2) ── vxlan
//          └ ovnmeta, DHCP
const labs = standingLabs({
  newest: { topology: 'ovn-mode' },
  // Of private a router tells, of managed nobody but DHCP: that of OVN, which ML2/OVS would not have for ipv6_ra_mode alone.
  dualStack: {
    topology: `
neutron: {mechanism_driver: ovn}
networks:
  private:
    subnets:
      - cidr: 192.168.30.0/24
      - {cidr: 'fd00:7::/64', ipv6_ra_mode: slaac, ipv6_address_mode: slaac}
  managed:
    subnets:
      - {cidr: 192.168.40.0/24, gateway_ip: null}
      - {cidr: 'fd00:8::/64', ipv6_ra_mode: dhcpv6-stateful}
routers: {edge: {interfaces: [private]}}
instances:
  vm1: {networks: [private]}
  vm2: {networks: [{name: managed, fixed_ips: [192.168.40.5, 'fd00:8::5']}]}
`,
  },
})

/** ovnmeta of `private` on a host, and its device. */
function ovnmetaOn(built: BuiltLab, hostName: string) {
  const { id } = namesIn(built).network('private')
  const host = hostOf(built, hostName)
  return {
    id,
    namespace: agentNamespace(built.cloud, host, ovnMetadataNamespace(id)),
    device: ovnMetadataDevices(id).inside,
    state: hostView(built.cloud, host).neutron.state_path,
  }
}

function hostOf({ cloud }: BuiltLab, name: string): Host {
  const host = cloud.hosts.find(candidate => candidate.name === name)
  if (host === undefined) throw new Error(`no host ${name}`)
  return host
}

test('the metadata port has its one address and MAC on both compute hosts, and nothing else there', async t => {
  const built = labs('newest')
  const port = ovnMetadataPortOf(built.cloud, namesIn(built).network('private'))
  for (const host of ['compute1', 'compute2']) {
    const { namespace, device } = ovnmetaOn(built, host)
    t.deepEqual(await addressesIn(namespace, device), [
      'inet 192.168.30.2/24 brd 192.168.30.255 scope global',
      'inet 169.254.169.254/32 brd 169.254.169.254 scope global',
    ])
    const link = await readIn(namespace, 'ip', '-o', 'link', 'show', 'dev', device)
    t.regex(link, / mtu 1442 /)
    t.true(link.includes(`link/ether ${port?.mac_address}`))
    t.deepEqual(await routesIn(namespace), [
      `192.168.30.0/24 dev ${device} proto kernel scope link src 192.168.30.2`,
    ])
    t.deepEqual(await listenersIn(namespace), ['tcp 169.254.169.254:80 haproxy'])
  }
})

test('haproxy runs on each host with the files and the tag of the OVN agent', async t => {
  const built = labs('newest')
  for (const host of ['compute1', 'compute2']) {
    const { id, state, namespace } = ovnmetaOn(built, host)
    const proxy = await processOf(built, `haproxy-${id}@${host}`)
    const inForeground = testRuntime === 'process' ? [] : ['-Ws']
    const config = `${state}/ovn-metadata-proxy/${id}.conf`
    t.deepEqual(proxy.argv, ['haproxy', ...inForeground, '-f', config])
    t.is(proxy.namespace, namespace)
    t.is(proxy.environment.PROCESS_TAG, `haproxy-${id}`)
    const agent = await processOf(built, `neutron-ovn-agent@${host}`)
    t.is(agent.argv[0], 'neutron-ovn-agent')
  }
})

test('the lease is what OVN sends: from the gateway, for half a day, by the metadata port', async t => {
  const built = labs('newest')
  const { guest } = namesIn(built)
  for (const [name, address] of [
    ['vm1', '192.168.30.3'],
    ['vm2', '192.168.30.4'],
  ] as const) {
    const lease = readFileSync(`${built.statePath}/guests/${name}/eth0.lease`, 'utf8')
    t.deepEqual(lease.trim().split('\n'), [
      `address=${address}/24`,
      'server=192.168.30.1',
      'seconds=43200',
      'router=192.168.30.1',
      'staticroutes=169.254.169.254/32 192.168.30.2 0.0.0.0/0 192.168.30.1',
      'hostname=',
      'search=',
      'dns=192.0.2.53',
    ])
    t.deepEqual(await routesIn(guest(name)), [
      '169.254.169.254 via 192.168.30.2 dev eth0',
      `192.168.30.0/24 dev eth0 proto kernel scope link src ${address}`,
      'default via 192.168.30.1 dev eth0',
    ])
    t.regex(await readIn(guest(name), 'ip', '-o', 'link', 'show', 'dev', 'eth0'), / mtu 1442 /)
  }
})

test('a renewal at T1, sent to the gateway alone, is answered on the host of the guest', async t => {
  const built = labs('newest')
  const host = `lab-${built.name}-compute1`
  // Of what vm1 sends to all, nothing passes: answers are to what it sends to one.
  const rules = [
    '-p IPv4 -d Broadcast --ip-proto udp --ip-dport 67 -j DROP',
    '-p IPv4 -d Unicast --ip-src 192.168.30.1 --ip-dst 192.168.30.3 --ip-proto udp --ip-sport 67 --ip-dport 68 -j CONTINUE',
  ].map(rule => ['FORWARD', ...rule.split(' ')])
  const answers = async () => {
    const listed = await readIn(host, 'ebtables-nft', '-L', 'FORWARD', '--Lc')
    return Number(/-j CONTINUE , pcnt = (\d+)/.exec(listed)?.[1])
  }
  for (const rule of rules) await readIn(host, 'ebtables-nft', '-A', ...rule)
  try {
    t.is(await answers(), 0)
    const { pid } = await processOf(built, 'udhcpc-vm1-eth0')
    process.kill(pid, 'SIGUSR1')
    await waitFor('the answer', async () => (await answers()) === 1)
  } finally {
    for (const rule of rules) await readIn(host, 'ebtables-nft', '-D', ...rule)
  }
})

test('status tells of a port that others hosts could reach and of renewals that go astray, and up puts them right', async t => {
  const built = labs('newest')
  const { name } = built
  const host = `lab-${name}-compute2`
  const { outside } = ovnMetadataDevices(namesIn(built).network('private').id)
  await readIn(host, ...`ip link set ${outside} type bridge_slave isolated off`.split(' '))
  await readIn(host, 'ebtables-nft', '-t', 'nat', '-F')
  const { stdout } = await lab(['--lab', name, 'status'])
  t.true(stdout.includes(`device ${outside} is not isolated on its bridge`), stdout)
  t.regex(
    stdout,
    /missing nat: -A PREROUTING .* --ip-src 192\.168\.30\.4 --ip-dst 192\.168\.30\.1 /,
  )
  const again = await lab(['up', 'ovn-mode', '--name', name])
  t.is(again.exitCode, 0, again.stderr)
  t.regex(await readIn(host, 'bridge', '-d', 'link', 'show', 'dev', outside), / isolated on /)
  const { exitCode, stdout: after } = await lab(['--lab', name, 'status'])
  t.is(exitCode, 0, after)
})

test('each guest is told its own instance, by the agent of its own host', async t => {
  const built = labs('newest')
  const { guest, instance } = namesIn(built)
  t.is(await uuidSeenBy(guest('vm1')), instance('vm1').id)
  t.is(await uuidSeenBy(guest('vm2')), instance('vm2').id)
  const logOf = async (host: string) =>
    (await lab(['--lab', built.name, 'logs', `neutron-ovn-agent@${host}`])).stdout
  const [one, two] = [await logOf('compute1'), await logOf('compute2')]
  t.true(one.includes('192.168.30.3,<local>') && !one.includes('192.168.30.4,<local>'))
  t.true(two.includes('192.168.30.4,<local>') && !two.includes('192.168.30.3,<local>'))
})

test('a guest whose host has lost its metadata gets none of the other host', async t => {
  const built = labs('newest')
  const { guest, instance } = namesIn(built)
  const { namespace, device } = ovnmetaOn(built, 'compute1')
  await readIn(namespace, 'ip', 'link', 'set', device, 'down')
  try {
    t.is(await uuidSeenBy(guest('vm2')), instance('vm2').id)
    const { status } = await fetchIn(guest('vm1'), '/', '-m', '1')
    t.is(status, 0)
    await runIn(guest('vm1'), ['ip', 'neigh', 'flush', 'dev', 'eth0'])
    await fetchIn(guest('vm1'), '/', '-m', '1')
    t.regex(await readIn(guest('vm1'), 'ip', 'neigh'), /^192\.168\.30\.2 .*(INCOMPLETE|FAILED)/m)
  } finally {
    await readIn(namespace, 'ip', 'link', 'set', device, 'up')
  }
  await runIn(guest('vm1'), ['ip', 'neigh', 'flush', 'dev', 'eth0'])
  t.is(await uuidSeenBy(guest('vm1')), instance('vm1').id)
})

processTest(
  'a proxy that dies is put back by the agent of its host, unless that is stopped: then when it is started',
  async t => {
    const built = labs('newest')
    const { guest, instance } = namesIn(built)
    const { id } = ovnmetaOn(built, 'compute1')
    const agentOn = (host: string) => `neutron-ovn-agent@${host}`
    const proxyOn = (host: string) => {
      const step = built.plan.steps.find(one => one.id === `service:haproxy-${id}@${host}`)
      if (step?.kind !== 'service') throw new Error(`no haproxy on ${host}`)
      return findService(step)
    }
    const before = ['compute1', 'compute2'].map(proxyOn)
    const { stdout } = await lab(['--lab', built.name, 'stop', agentOn('compute1')])
    t.true(stdout.includes('is stopped: what it has made stays, and is not looked after'), stdout)
    for (const running of before) process.kill(running?.pid ?? 0, 'SIGKILL')
    await waitFor('the proxy on compute2', () => {
      const pid = proxyOn('compute2')?.pid
      return pid !== undefined && pid !== before[1]?.pid
    })
    t.is(proxyOn('compute1'), null)
    const log = readFileSync(`${built.statePath}/log/${agentOn('compute2')}.log`, 'utf8')
    t.true(
      log.includes(`metadata-proxy for metadata with uuid ${id} not found. The process should not`),
    )
    const started = await lab(['--lab', built.name, 'start', agentOn('compute1')])
    t.is(started.exitCode, 0, started.stderr)
    t.is(await uuidSeenBy(guest('vm1')), instance('vm1').id)
  },
)

test('a guest that sends X-OVN-Network-ID is on a network of two ids, which is none', async t => {
  const built = labs('newest')
  const { guest, network } = namesIn(built)
  const { id } = network('private')
  const { status, body } = await fetchIn(guest('vm1'), '/', '-H', `X-OVN-Network-ID: ${id}`)
  t.is(status, 404)
  t.true(body.includes(`Instance was not found on network ${id}, ${id}.`))
})

test('guests reach each other across hosts, and the outside by the router as on any cloud', async t => {
  const built = labs('newest')
  const { guest, outside, port } = namesIn(built)
  await withHttpServer(guest('vm2'), tellPeer, async () => {
    t.is((await fetchIn(guest('vm1'), 'http://192.168.30.4:8080/')).body, '192.168.30.3')
    t.is((await fetchIn(outside('public'), 'http://203.0.113.50:8080/')).body, '203.0.113.1')
    const gateway = port('network:router_gateway', 'public').fixed_ips[0]?.ip_address ?? ''
    t.is((await fetchIn(guest('vm1'), 'http://203.0.113.50:8080/')).body, gateway)
  })
  await withHttpServer(outside('public'), tellPeer, async () => {
    const seenFrom = async (name: string) =>
      (await fetchIn(guest(name), 'http://203.0.113.1:8080/')).body
    t.is(
      await seenFrom('vm1'),
      port('network:router_gateway', 'public').fixed_ips[0]?.ip_address ?? '',
    )
    t.is(await seenFrom('vm2'), '203.0.113.50')
  })
})

test('the router knows nothing of metadata', async t => {
  const built = labs('newest')
  const { guest } = namesIn(built)
  t.is((await fetchIn(guest('vm1'), 'http://192.168.30.1/')).exitCode, REFUSED)
  t.is((await fetchIn(guest('vm1'), 'http://192.168.30.1:9697/')).exitCode, REFUSED)
})

const REFUSED = 7

test('an address of a machine that is gone is offered to the next that has it', async t => {
  const { name } = labs('newest')
  const add = ['--network', 'private=192.168.30.77', '--host', 'compute1']
  for (const verb of [
    ['add', 'former', ...add],
    ['remove', 'former'],
    ['add', 'latter', ...add],
    ['remove', 'latter'],
  ]) {
    const { exitCode, stderr } = await lab(['--lab', name, 'instance', ...verb])
    t.is(exitCode, 0, `${verb[0]}: ${stderr}`)
  }
})

test('no namespace of ML2/OVS stands, and ovnmeta goes with the last machine of a host', async t => {
  const built = labs('newest')
  const { qdhcp, qrouter, guest, instance } = namesIn(built)
  const namespaces = () =>
    built.plan.steps.flatMap(step => (step.kind === 'netns' ? [step.namespace] : []))
  t.false(namespaces().some(name => [qdhcp('private'), qrouter('edge')].includes(name)))
  const { namespace } = ovnmetaOn(built, 'compute2')
  const removed = await lab(['--lab', built.name, 'instance', 'remove', 'vm2'])
  t.is(removed.exitCode, 0, removed.stderr)
  t.not((await runIn(namespace, ['true'])).exitCode, 0)
  t.is((await runIn(ovnmetaOn(built, 'compute1').namespace, ['true'])).exitCode, 0)
  t.is(await uuidSeenBy(guest('vm1')), instance('vm1').id)
})

test('where a machine has IPv6, fe80::a9fe:a9fe answers on the link, and no advertisement tells of it', async t => {
  const built = labs('dualStack')
  const { guest, instance, network } = namesIn(built)
  const { inside } = ovnMetadataDevices(network('private').id)
  const addresses = await addressesIn(ovnMetadataNamespace(network('private').id), inside)
  t.true(addresses.includes('inet6 fe80::a9fe:a9fe/128 scope link'))
  t.is(addresses.filter(address => address.startsWith('inet6 fe80::')).length, 2)
  const { status, body } = await fetchIn(
    guest('vm1'),
    'http://[fe80::a9fe:a9fe%25eth0]/openstack/latest/meta_data.json',
  )
  t.is(status, 200)
  t.is(JSON.parse(body).uuid, instance('vm1').id)
  const routes = await routesIn(guest('vm1'), '-6')
  t.true(routes.some(route => /^default via fe80::\S+ dev eth0 proto ra /.test(route)))
  t.false(routes.some(route => route.startsWith('fe80::a9fe:a9fe')))
})

test('without a gateway the metadata port is the server, and DHCPv6 is answered without a router', async t => {
  const built = labs('dualStack')
  const { guest, instance } = namesIn(built)
  const lease = readFileSync(`${built.statePath}/guests/vm2/eth0.lease`, 'utf8')
  t.regex(lease, /^server=192\.168\.40\.1$/m)
  t.regex(lease, /^router=$/m)
  t.regex(lease, /^staticroutes=169\.254\.169\.254\/32 192\.168\.40\.1$/m)
  t.is(await uuidSeenBy(guest('vm2')), instance('vm2').id)
  const addresses = await addressesIn(guest('vm2'), 'eth0')
  t.true(addresses.some(address => address.startsWith('inet6 fd00:8::5/')))
})
