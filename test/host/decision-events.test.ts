import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { dhcpNamespace, routerNamespace } from '../../src/neutron/names.ts'
import { guestNamespace } from '../../src/plan/names.ts'
import {
  lab,
  type StandingLab,
  processTest as test,
  withLab,
  withTopologyFile,
} from './support/lab.ts'
import { listenersIn, routesIn, runIn } from './support/namespace.ts'
import { describeLab } from './support/standing-labs.ts'

/** Section 3 of spec/dhcp-agent.md as far as a changed topology shows it: when the proxy in qdhcp starts and stops. */

const isolated = { cidr: '10.0.0.0/24' }
const alsoIsolated = { cidr: '10.0.1.0/24' }
const ipv6 = {
  cidr: 'fd00:7::/64',
  ipv6_ra_mode: 'dhcpv6-stateful',
  ipv6_address_mode: 'dhcpv6-stateful',
}

function topologyOf(
  subnets: readonly object[],
  isRouted = false,
  dhcp_port: object = { fixed_ip: '10.0.0.2' },
): string {
  return JSON.stringify(
    {
      neutron: { release: '2026.1', dhcp_agent: { enable_isolated_metadata: true } },
      networks: { private: { subnets, dhcp_port } },
      routers: isRouted
        ? { edge: { interfaces: [{ network: 'private', subnet: '10.0.0.0/24' }] } }
        : {},
      instances: { vm1: { networks: [{ name: 'private', fixed_ip: '10.0.0.9' }] } },
    },
    null,
    1,
  )
}

test('changes of a network start, change and stop the proxy in its qdhcp', async t => {
  await withTopologyFile(topologyOf([isolated]), path =>
    withLab(t, path, async standing => {
      const first = await look(standing)
      t.deepEqual(first.listens, ['169.254.169.254:80'])
      t.is(first.nexthop, '10.0.0.2')

      await change(t, standing, topologyOf([isolated], true))
      const routed = await look(standing)
      t.deepEqual(routed.listens, [], 'a router’s port on the gateway stops it')
      t.deepEqual(routed.files, [], 'and deletes its configuration and pid file')
      t.is(routed.nexthop, '10.0.0.1', 'opts says so to who asks')
      t.is(routed.guestsRoute, '169.254.169.254 via 10.0.0.2 dev eth0', 'the guest has not asked')
      t.is(await fetchAs(standing), 'Connection refused')

      await change(t, standing, topologyOf([isolated, alsoIsolated], true))
      const mixed = await look(standing)
      t.deepEqual(mixed.listens, ['169.254.169.254:80'], 'a new isolated subnet starts it')
      t.is(mixed.nexthop, '10.0.0.1')

      await change(t, standing, topologyOf([isolated]))
      const again = await look(standing)
      t.deepEqual(again.listens, ['169.254.169.254:80'])
      t.is(again.nexthop, '10.0.0.2')
      t.is(await fetchAs(standing), '200')

      await change(t, standing, topologyOf([isolated, ipv6]))
      const dual = await look(standing)
      t.is(dual.listens.length, 2, 'an IPv6 subnet has it bind fe80::a9fe:a9fe')
      t.notDeepEqual(dual.pids, again.pids, 'with a configuration that a new process has read')

      await change(t, standing, topologyOf([{ ...isolated, enable_dhcp: false }], true, {}))
      t.false(existsSync(`/run/netns/${first.qdhcp}`), 'without DHCP there is no qdhcp')
      t.deepEqual((await look(standing)).files, [])
    }),
  )
})

test('metadata_port and metadata_access_mark of l3_agent.ini are those of the rules and the proxy, after a change too', async t => {
  const withOptions = (metadata_port: number, metadata_access_mark: string) =>
    JSON.stringify(
      {
        ...JSON.parse(topologyOf([isolated], true)),
        neutron: { l3_agent: { metadata_port, metadata_access_mark } },
      },
      null,
      1,
    )
  await withTopologyFile(withOptions(9775, '0x5'), path =>
    withLab(t, path, async standing => {
      const { cloud } = describeLab(standing.name, { exitCode: 0, stdout: '', stderr: '' })
      const qrouter = routerNamespace(cloud.routers[0]?.id ?? '')
      const catches = async (port: number, mark: string) => {
        const { stdout: nat } = await runIn(qrouter, ['iptables-save', '-t', 'nat'])
        const { stdout: mangle } = await runIn(qrouter, ['iptables-save', '-t', 'mangle'])
        t.regex(nat, new RegExp(`--dport 80 -j REDIRECT --to-ports ${port}$`, 'm'))
        t.regex(mangle, new RegExp(`--dport 80 -j MARK --set-xmark ${mark}/0xffff$`, 'm'))
        const own = (await listenersIn(qrouter)).filter(one => one.endsWith(' haproxy'))
        t.deepEqual(own, [`tcp *:${port} haproxy`])
        t.is(await fetchAs(standing), '200')
      }
      await catches(9775, '0x5')
      await change(t, standing, withOptions(9697, '0x1'))
      await catches(9697, '0x1')
    }),
  )
})

/** What `lab up` prints at its end is about a guest; that it has changed the lab is what counts here. */
async function change(t: ExecutionContext, { name }: StandingLab, topology: string) {
  await withTopologyFile(topology, async path => {
    const { stdout, stderr } = await lab(['up', path, '--name', name])
    t.regex(stdout, /stands/, stderr)
  })
}

async function look({ name }: StandingLab) {
  const { cloud, statePath } = describeLab(name, { exitCode: 0, stdout: '', stderr: '' })
  const [network] = cloud.networks
  const id = network?.id ?? ''
  const qdhcp = dhcpNamespace(id)
  const hasNamespace = existsSync(`/run/netns/${qdhcp}`)
  const listeners = hasNamespace ? await listenersIn(qdhcp) : []
  const paths = [`ns-metadata-proxy/${id}.conf`, `external/pids/${id}.pid.haproxy`]
  const opts = hasNamespace ? readFileSync(`${statePath}/dhcp/${id}/opts`, 'utf8') : ''
  const guests = cloud.guests.map(guest => guestNamespace(cloud, guest))
  const routes = await routesIn(guests[0] ?? '')
  return {
    qdhcp,
    listens: listeners
      .filter(listener => listener.endsWith(' haproxy'))
      .map(listener => listener.split(' ')[1]),
    pids: readdirSync('/proc').filter(pid => isProxy(pid, id)),
    files: paths.filter(path => existsSync(`${statePath}/${path}`)),
    nexthop: /169\.254\.169\.254\/32,([\d.]+)/.exec(opts)?.[1] ?? null,
    guestsRoute: routes.find(route => route.startsWith('169.254.169.254 ')) ?? null,
  }
}

function isProxy(pid: string, id: string): boolean {
  try {
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return argv[0]?.endsWith('haproxy') === true && argv.some(argument => argument.includes(id))
  } catch {
    // it ended meanwhile
    return false
  }
}

/** The status, or the kernel's words. */
async function fetchAs({ name }: StandingLab): Promise<string> {
  const { cloud } = describeLab(name, { exitCode: 0, stdout: '', stderr: '' })
  const [guest] = cloud.guests
  if (guest === undefined) throw new Error('no guest')
  const url = 'http://169.254.169.254/openstack/latest/meta_data.json'
  const { stdout, stderr } = await runIn(guestNamespace(cloud, guest), [
    ...['curl', '-sv', '-m', '3', '-o', '/dev/null', '-w', '%{http_code}', url],
  ])
  return stdout === '000' ? (/failed: (.*)$/m.exec(stderr)?.[1] ?? stderr) : stdout
}
