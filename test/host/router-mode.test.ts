import { readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { readRecorded } from '../fixtures/recorded.ts'
import { tellPeer, withHttpServer } from './support/http-server.ts'
import { lab, hostTest as test } from './support/lab.ts'
import {
  addressesIn,
  fetchIn,
  listenersIn,
  readIn,
  routesIn,
  rulesByTable,
  rulesIn,
  runIn,
  sysctlsIn,
  uuidSeenBy,
} from './support/namespace.ts'
import { processOf, servingProcessOf } from './support/processes.ts'
import { type BuiltLab, namesIn, standingLabs } from './support/standing-labs.ts'

//  vm1, vm2 ── brq ── qrouter (REDIRECT 80 to 9697, haproxy) ── socket ── agent ── nova-api-metadata
//              │           └─ qg ── public ── provider's router
//              └── qdhcp (dnsmasq alone)
const labs = standingLabs({
  ussuri: { topology: 'router-mode' },
  zed: { topology: 'router-mode', options: ['--release', 'zed'] },
  newest: { topology: 'router-mode', options: ['--release', '2026.1'] },
})

const recordedAs = { ussuri: 'ussuri', zed: 'zed', newest: '2026.1' } as const
type Variant = keyof typeof recordedAs
const variants: readonly Variant[] = ['ussuri', 'zed', 'newest']

function each(
  title: string,
  body: (t: ExecutionContext, built: BuiltLab, variant: Variant) => Promise<void>,
): void {
  for (const key of variants) test(`${key}: ${title}`, t => body(t, labs(key), key))
}

function withoutLinkLocal(addresses: readonly string[]): string[] {
  return addresses.filter(address => !/inet6 fe80::f816/.test(address))
}

each('the router’s devices bear the gateway and the external address', async (t, built) => {
  const { qrouter, interfaceDevice, gatewayDevice } = namesIn(built)
  t.deepEqual(withoutLinkLocal(await addressesIn(qrouter('edge'), interfaceDevice('private'))), [
    'inet 192.168.30.1/24 brd 192.168.30.255 scope global',
  ])
  t.deepEqual(withoutLinkLocal(await addressesIn(qrouter('edge'), gatewayDevice('public'))), [
    `inet ${externalAddress(built)}/24 brd 203.0.113.255 scope global`,
  ])
  const links = await readIn(qrouter('edge'), 'ip', '-o', 'link')
  t.regex(links, new RegExp(`${interfaceDevice('private')}@\\S+ <\\S*UP\\S*> mtu 1450 `))
  t.regex(links, new RegExp(`${gatewayDevice('public')}@\\S+ <\\S*UP\\S*> mtu 1500 `))
})

function externalAddress(built: BuiltLab): string {
  return namesIn(built).port('network:router_gateway', 'public').fixed_ips[0]?.ip_address ?? ''
}

each('the router’s default route leads to the provider', async (t, built) => {
  const { qrouter, interfaceDevice, gatewayDevice } = namesIn(built)
  const outside = gatewayDevice('public')
  t.deepEqual(await routesIn(qrouter('edge')), [
    `192.168.30.0/24 dev ${interfaceDevice('private')} proto kernel scope link src 192.168.30.1`,
    `203.0.113.0/24 dev ${outside} proto kernel scope link src ${externalAddress(built)}`,
    `default via 203.0.113.1 dev ${outside} proto static`,
  ])
})

each('the sysctls of qrouter are the L3 agent’s', async (t, built, variant) => {
  const { qrouter, gatewayDevice } = namesIn(built)
  const liberal = 'net.netfilter.nf_conntrack_tcp_be_liberal'
  const expected = {
    'net.ipv4.ip_forward': '1',
    'net.ipv4.conf.all.promote_secondaries': '1',
    'net.ipv4.conf.all.arp_ignore': '1',
    'net.ipv4.conf.all.arp_announce': '2',
    'net.ipv6.conf.all.forwarding': '1',
    [`net.ipv6.conf.${gatewayDevice('public')}.accept_ra`]: '2',
    [`net.ipv6.conf.${gatewayDevice('public')}.forwarding`]: '1',
    [liberal]: variant === 'newest' ? '1' : '0',
  }
  t.deepEqual(await sysctlsIn(qrouter('edge'), Object.keys(expected)), expected)
})

each('the rules in qrouter are those of the real agent', async (t, built, variant) => {
  for (const family of ['iptables', 'ip6tables'] as const) {
    const recorded = readRecorded(recordedAs[variant], `qrouter.${family}`)
    t.deepEqual(
      await rulesIn(namesIn(built).qrouter('edge'), `${family}-save`),
      rulesByTable(inWordsOf(built, recorded)),
    )
  }
})

/** The recorded router's devices and address become this lab's. */
function inWordsOf(built: BuiltLab, rules: string): string {
  const { interfaceDevice, gatewayDevice } = namesIn(built)
  return rules
    .replaceAll('qr-1a2b3c4d-5e', interfaceDevice('private'))
    .replaceAll('qg-feedbeef-11', gatewayDevice('public'))
    .replaceAll('203.0.113.10', externalAddress(built))
}

test('zed: every rule that Debian’s agent showed for metadata stands in qrouter', async t => {
  const golden = rulesByTable(readRecorded('golden', 'iptables-qrouter.rules'))
  const seen = await rulesIn(namesIn(labs('zed')).qrouter('edge'), 'iptables-save')
  // It was recorded before the router's first processing, which takes this rule away.
  const early = '-A neutron-l3-agent-scope -m mark --mark 0x1/0xffff -j DROP'
  for (const [table, lines] of Object.entries(golden))
    t.deepEqual(
      lines.filter(line => line !== early && !seen[table]?.includes(line)),
      [],
      table,
    )
})

each('haproxy listens on 9697 in qrouter and on nothing in qdhcp', async (t, built, variant) => {
  const { qrouter, qdhcp } = namesIn(built)
  t.deepEqual(await listenersIn(qrouter('edge')), [
    variant === 'ussuri' ? 'tcp 0.0.0.0:9697 haproxy' : 'tcp *:9697 haproxy',
  ])
  const inDhcp = await listenersIn(qdhcp('private'))
  t.true(inDhcp.includes('udp 0.0.0.0:67 dnsmasq'))
  t.deepEqual(
    inDhcp.filter(listener => !listener.endsWith(' dnsmasq')),
    [],
  )
})

each('haproxy sends the router’s id, without root', async (t, built) => {
  const { router, qrouter } = namesIn(built)
  const { id } = router('edge')
  const haproxy = await processOf(built, `haproxy-${id}`)
  t.is(haproxy.namespace, qrouter('edge'))
  t.is(haproxy.environment.PROCESS_TAG, tagOf(built, `haproxy-${id}`))
  t.false((await servingProcessOf(built, `haproxy-${id}`)).uids.includes('0'))
  const config = readFileSync(`${built.statePath}/ns-metadata-proxy/${id}.conf`, 'utf8')
  t.true(
    config.endsWith(
      `    http-request del-header X-Neutron-Network-ID\n    http-request set-header X-Neutron-Router-ID ${id}\n`,
    ),
  )
})

each('the DHCP port bears the metadata address though nobody answers there', async (t, built) => {
  const { qdhcp, dhcpDevice } = namesIn(built)
  const addresses = await addressesIn(qdhcp('private'), dhcpDevice('private'))
  t.true(addresses.some(address => address.startsWith('inet 169.254.169.254/')))
})

each('the lease routes 169.254.169.254 by the gateway', async (t, built) => {
  const { guest } = namesIn(built)
  t.deepEqual(await routesIn(guest('vm1')), [
    '169.254.169.254 via 192.168.30.1 dev eth0',
    '192.168.30.0/24 dev eth0 proto kernel scope link src 192.168.30.3',
    'default via 192.168.30.1 dev eth0',
  ])
})

each('each guest is told its own instance', async (t, built) => {
  const { guest, instance } = namesIn(built)
  for (const name of ['vm1', 'vm2']) t.is(await uuidSeenBy(guest(name)), instance(name).id)
})

each('9697 is open to redirected requests alone: others time out', async (t, built) => {
  const direct = await fetchIn(namesIn(built).guest('vm1'), 'http://192.168.30.1:9697/', '-m', '1')
  t.deepEqual(direct, { status: 0, body: '', exitCode: TIMED_OUT })
})

const TIMED_OUT = 28

each('a guest pings its gateway and the provider’s, and not beyond', async (t, built) => {
  const ping = async (address: string) =>
    (await runIn(namesIn(built).guest('vm1'), ['busybox', 'ping', '-c1', '-W1', address])).exitCode
  t.is(await ping('192.168.30.1'), 0)
  t.is(await ping('203.0.113.1'), 0)
  t.not(await ping('198.51.100.1'), 0)
})

each('the outside sees guests under the router’s external address', async (t, built) => {
  const { guest, outside } = namesIn(built)
  await withHttpServer(outside('public'), tellPeer, async () => {
    const { body } = await fetchIn(guest('vm1'), 'http://203.0.113.1:8080/')
    t.is(body, externalAddress(built))
  })
})

each('the outside does not reach a guest by its own address', async (t, built) => {
  const { outside } = namesIn(built)
  const { exitCode } = await runIn(outside('public'), [
    'busybox',
    'ping',
    '-c1',
    '-W1',
    '192.168.30.3',
  ])
  t.not(exitCode, 0)
})

each(
  'the agent sees a guest’s address in IPv6’s clothes where haproxy binds ::',
  async (t, built, variant) => {
    const { stdout } = await lab(['--lab', built.name, 'logs', 'nova-api-metadata'])
    t.regex(stdout, /192\.168\.30\.3/)
    t.is(/::ffff:192\.168\.30\.3/.test(stdout), variant !== 'ussuri')
  },
)

/** Agents name the processes that they start from 2023.1 on. */
function tagOf({ cloud }: BuiltLab, tag: string): string | undefined {
  return ['ussuri', 'zed'].includes(cloud.neutron.release) ? undefined : tag
}
