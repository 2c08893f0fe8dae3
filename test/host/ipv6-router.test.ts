import { linkLocalAddress } from '../../src/neutron/router-advertisements.ts'
import { describeOnMachine } from './support/describe-lab.ts'
import { tellPeer, withHttpServer } from './support/http-server.ts'
import {
  lab,
  randomLabName,
  stateExists,
  hostTest as test,
  waitFor,
  withTopologyFile,
} from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'
import { addressesIn, fetchIn, readIn, runIn, sysctlsIn, uuidSeenBy } from './support/namespace.ts'
import { pipeToBash } from './support/pipe-to-bash.ts'
import { modeOf, processOf } from './support/processes.ts'
import { runningOf, statusOf } from './support/services.ts'
import { type BuiltLab, describeLab, namesIn, standingLabs } from './support/standing-labs.ts'
import { testRuntime } from './support/test-runtime.ts'

//  vm1, vm2 ── private (IPv4 by DHCP, IPv6 by SLAAC) ──┐
//                                                      ├── qrouter (radvd, floating IP of vm1) ── public ── provider
//  vm3 ────── plain (static addresses, IPv4 and IPv6) ─┘
const topology = `
neutron:
  release: zed
  metadata_agent: {metadata_proxy_shared_secret: 0123456789abcdef}
networks:
  private:
    subnets:
      - {cidr: 192.168.30.0/24, dns_nameservers: [192.0.2.53]}
      - {cidr: fd00:30::/64, ipv6_ra_mode: slaac, ipv6_address_mode: slaac}
  plain:
    subnets:
      - {cidr: 192.168.31.0/24, enable_dhcp: false}
      - {cidr: fd00:31::/64, enable_dhcp: false}
  public: {router:external: true, subnets: [{cidr: 203.0.113.0/24, enable_dhcp: false}]}
routers:
  edge: {external_gateway: public, interfaces: [private, plain]}
instances:
  vm1: {networks: [{name: private, mac_address: "fa:16:3e:00:30:01", floating_ip: 203.0.113.21}]}
  vm2: {networks: [private]}
  vm3: {networks: [{name: plain, fixed_ips: [192.168.31.9, "fd00:31::9"]}]}
`

const labs = standingLabs({ zed: { topology } })
const vm1Address = 'fd00:30::f816:3eff:fe00:3001'

/** The router's port for the IPv6 subnets of a network. */
function ipv6PortOn({ cloud }: BuiltLab, network: string) {
  const found = cloud.ports.find(
    ({ device_owner, network_id, fixed_ips }) =>
      device_owner === 'network:router_interface' &&
      network_id === cloud.networks.find(({ name }) => name === network)?.id &&
      fixed_ips.some(({ ip_address }) => ip_address.includes(':')),
  )
  if (found === undefined) throw new Error(`The router has no IPv6 port on ${network}`)
  return found
}

test('a guest makes its address and default route from what the router advertises', async t => {
  const { guest } = namesIn(labs('zed'))
  const addresses = await addressesIn(guest('vm1'), 'eth0')
  t.true(addresses.includes(`inet6 ${vm1Address}/64 scope global dynamic mngtmpaddr`))
  const router = linkLocalAddress(ipv6PortOn(labs('zed'), 'private'))
  const routes = await readIn(guest('vm1'), 'ip', '-6', 'route', 'show', 'proto', 'ra')
  t.regex(routes, new RegExp(`^default via ${router} dev eth0 `, 'm'))
  t.regex(routes, new RegExp(`^fe80::a9fe:a9fe via ${router} dev eth0 `, 'm'))
})

test('a guest with static addresses has its own default route alone', async t => {
  const { guest } = namesIn(labs('zed'))
  const routes = await readIn(guest('vm3'), 'ip', '-6', 'route', 'show', 'default')
  t.regex(routes.trim(), /^default via fd00:31::1 dev eth0 metric 1024\b.*$/)
  t.false(routes.includes('\n'))
  t.deepEqual(await sysctlsIn(guest('vm3'), ['net.ipv6.conf.eth0.accept_ra']), {
    'net.ipv6.conf.eth0.accept_ra': '0',
  })
})

test('the router carries IPv6 from one network to the other', async t => {
  const { guest } = namesIn(labs('zed'))
  const ping = ['busybox', 'ping', '-6', '-c1', '-W2', vm1Address]
  t.is((await runIn(guest('vm3'), ping)).exitCode, 0)
})

test('guests behind it are told their own instance, by IPv4 and by IPv6', async t => {
  const { guest, instance } = namesIn(labs('zed'))
  for (const name of ['vm1', 'vm2', 'vm3'])
    t.is(await uuidSeenBy(guest(name)), instance(name).id, name)
  const url = 'http://[fe80::a9fe:a9fe%25eth0]/openstack/latest/meta_data.json'
  const { body } = await fetchIn(guest('vm1'), url, '-g')
  t.is(JSON.parse(body).uuid, instance('vm1').id)
})

test('radvd runs in qrouter as the agent starts it, without root', async t => {
  const built = labs('zed')
  const { router, qrouter } = namesIn(built)
  const { id } = router('edge')
  const { argv, environment, namespace, uids } = await processOf(built, `radvd-${id}`)
  t.is(namespace, qrouter('edge'))
  // Agents name their processes since 2023.1.
  t.is(environment.PROCESS_TAG, undefined)
  t.false(uids.includes('0'))
  const config = `${built.statePath}/ra/${id}.radvd.conf`
  const pidFile = `${built.statePath}/external/pids/${id}.pid.radvd`
  t.deepEqual(argv.slice(0, 8), ['radvd', '-C', config, '-p', pidFile, '-m', 'syslog', '-u'])
  t.is(modeOf(config), '444')
})

test('a radvd that dies is put back, and where it is a process the agent’s log tells of it', async t => {
  const { name, cloud } = labs('zed')
  const { pid } = runningOf(name, 'radvd')
  process.kill(pid, 'SIGKILL')
  const history = async () =>
    (await statusOf(name)).services.find(({ service }) => service === 'radvd')?.history
  await waitFor('the restart', async () => (await history())?.restarts === 1)
  t.not(runningOf(name, 'radvd').pid, pid)
  if (testRuntime !== 'process') return
  const { stdout } = await lab(['--lab', name, 'logs', 'neutron-l3-agent'])
  t.regex(stdout, new RegExp(`radvd for router with uuid ${cloud.routers[0]?.id} not found`))
})

test('a restarted neutron-l3-agent finds radvd and haproxy, and leaves them', async t => {
  const { name } = labs('zed')
  const before = [runningOf(name, 'radvd').pid, runningOf(name, 'haproxy').pid]
  const { exitCode, stdout, stderr } = await lab(['--lab', name, 'restart', 'neutron-l3-agent'])
  t.is(exitCode, 0, stderr)
  t.regex(stdout, /^✔ neutron-l3-agent.*$/)
  t.deepEqual([runningOf(name, 'radvd').pid, runningOf(name, 'haproxy').pid], before)
})

test('the floating IP answers outside, and leads to the guest', async t => {
  const { guest, outside } = namesIn(labs('zed'))
  const ping = ['busybox', 'ping', '-c1', '-W1', '203.0.113.21']
  t.is((await runIn(outside('public'), ping)).exitCode, 0)
  await withHttpServer(guest('vm1'), tellPeer, async () => {
    const { body } = await fetchIn(outside('public'), 'http://203.0.113.21:8080/')
    t.is(body, '203.0.113.1')
  })
})

test('what the guest sends out carries its floating IP, and others’ the router’s address', async t => {
  const built = labs('zed')
  const { guest, outside, port } = namesIn(built)
  await withHttpServer(outside('public'), tellPeer, async () => {
    const seen = async (name: string) =>
      (await fetchIn(guest(name), 'http://203.0.113.1:8080/')).body
    t.is(await seen('vm1'), '203.0.113.21')
    const gateway = port('network:router_gateway', 'public').fixed_ips[0]?.ip_address ?? ''
    t.is(await seen('vm2'), gateway)
    t.is(await seen('vm3'), gateway)
  })
})

test('guests reach the floating IP from inside, under the router’s address', async t => {
  const { guest, port } = namesIn(labs('zed'))
  const gateway = port('network:router_gateway', 'public').fixed_ips[0]?.ip_address ?? ''
  await withHttpServer(guest('vm1'), tellPeer, async () => {
    for (const name of ['vm2', 'vm3'])
      t.is((await fetchIn(guest(name), 'http://203.0.113.21:8080/')).body, gateway, name)
  })
})

test('the guest is told its floating IP', async t => {
  const { guest } = namesIn(labs('zed'))
  const publicIpv4 = async (name: string) =>
    (await fetchIn(guest(name), '/latest/meta-data/public-ipv4')).body
  t.is(await publicIpv4('vm1'), '203.0.113.21')
  t.is(await publicIpv4('vm2'), '')
})

test('status misses an address that is gone, and lab up asks the router for it', async t => {
  const { name } = labs('zed')
  const { guest } = namesIn(labs('zed'))
  await readIn(guest('vm1'), 'ip', '-6', 'address', 'flush', 'dev', 'eth0', 'scope', 'global')
  const { differences, ended } = await statusOf(name)
  t.is(ended.exitCode, 1)
  t.deepEqual(
    differences.map(({ text }) => text),
    [`address ${vm1Address}/64 is missing on eth0`],
  )
  await withTopologyFile(topology, async path => {
    const again = await lab(['up', path, '--name', name])
    t.is(again.exitCode, 0, again.stderr)
  })
  t.deepEqual((await statusOf(name)).differences, [])
})

test('the script of --dry-run builds the same lab', async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  await withTopologyFile(topology, async path => {
    try {
      const up = await lab(['up', path, '--name', name])
      t.is(up.exitCode, 0, up.stderr)
      const byLab = await describeOnMachine(describeLab(name, up))
      t.is((await lab(['down', name])).exitCode, 0)
      const script = await lab(['up', '--dry-run', path, '--name', name])
      const ran = await pipeToBash(script.stdout)
      t.is(ran.exitCode, 0, ran.stderr)
      t.deepEqual(await describeOnMachine(describeLab(name, ran)), byLab)
      t.deepEqual((await statusOf(name)).differences, [])
    } finally {
      if (stateExists(name)) t.is((await lab(['down', name])).exitCode, 0)
    }
  })
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})
