import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { execa } from 'execa'
import { namespaceIdentityOf } from '../../src/linux/namespace-identity.ts'
import { readPidFile } from '../../src/linux/process-table.ts'
import { echo, type Talk, withTalks } from './support/connections/with-talks.ts'
import { crash } from './support/crash.ts'
import { hostTest as test, waitFor, withLab, withTopologyFile } from './support/lab.ts'
import { listenersIn, uuidSeenBy } from './support/namespace.ts'
import { pidsOf, statusOf } from './support/services.ts'
import { describeLab, namesIn } from './support/standing-labs.ts'

interface Wish {
  readonly isolated?: boolean
  /** More members of the first subnet, and of the network that it is in. */
  readonly subnet?: string
  readonly network?: string
  readonly moreSubnets?: string
  readonly interfaces?: string
  readonly instances?: readonly string[]
}

//  vm1, vm2 ── private ── qrouter ── agent ── API        vm3 ── apart ── qdhcp ── agent
function topology(wish: Wish = {}): string {
  const { isolated = true, subnet = '', network = '', moreSubnets = '' } = wish
  const { interfaces = 'private', instances = [] } = wish
  return `
neutron: {dhcp_agent: {enable_isolated_metadata: ${isolated}}}
networks:
  private: {${network} subnets: [{cidr: 192.168.30.0/24, ${subnet}}${moreSubnets}]}
  apart: {subnets: [{cidr: 192.168.40.0/24}]}
routers: {edge: {interfaces: [${interfaces}]}}
instances:
${instances.map(name => `  ${name}: {networks: [private]}\n`).join('')}
  vm1: {networks: [private]}
  vm2: {networks: [private]}
  vm3: {networks: [apart]}
`
}

/** A lab whose file is edited under it. */
interface Live {
  readonly t: ExecutionContext
  readonly name: string
  /** `lab up` of another topology; then everything stands, and nobody but those named is another process. */
  readonly change: (what: string, wish: Wish, touched?: readonly string[] | 'any') => Promise<void>
  readonly names: () => ReturnType<typeof namesIn>
  /** Renews the lease of a guest on apart, which learns its routes by that. */
  readonly renew: (guest: string) => Promise<void>
}

async function withLive(t: ExecutionContext, body: (live: Live) => Promise<void>): Promise<void> {
  await withTopologyFile(topology(), async path => {
    await withLab(t, path, async ({ name, run }) => {
      const names = () => namesIn(describeLab(name, { exitCode: 0, stdout: '', stderr: '' }))
      const change: Live['change'] = async (what, wish, touched = []) => {
        const before = pidsOf(name)
        writeFileSync(path, topology(wish))
        const up = await run(['up', path, '--name', name])
        t.is(up.exitCode, 0, `${what}: ${up.stderr}`)
        const after = pidsOf(name)
        const all = new Set([...Object.keys(before), ...Object.keys(after)])
        const others = [...all].filter(service => before[service] !== after[service])
        if (touched !== 'any') t.deepEqual(others.sort(), [...touched].sort(), what)
        const { ended, differences } = await statusOf(name)
        t.deepEqual([ended.exitCode, differences], [0, []], what)
      }
      const renew = async (guest: string) => {
        const directory = `/var/lib/lab/${name}/guests/${guest}`
        const renewed = () => readFileSync(`${directory}/eth0.lease`, 'utf8')
        writeFileSync(`${directory}/eth0.lease`, '')
        process.kill(readPidFile(`${directory}/eth0.pid`) ?? 0, 'SIGUSR1')
        await waitFor(`the lease of ${guest}`, () => renewed().includes('hostname='))
      }
      await body({ t, name, change, names, renew })
    })
  })
}

const METADATA = { by: 'http', host: '169.254.169.254', port: 80 } as const

test('what changes in the file changes under what runs, and connections stay open', async t => {
  await withLive(t, async live => {
    const { names } = live
    const [vm1, vm2] = [names().guest('vm1'), names().guest('vm2')]
    const host = '192.168.30.4'
    const server = execa('ip', ['netns', 'exec', vm2, process.execPath, '-e', echo], {
      reject: false,
    })
    try {
      await waitFor('the echo', async () => (await listenersIn(vm2)).join().includes(':9 '))
      const places = [METADATA, { by: 'tcp', host, port: 9 }, { by: 'udp', host, port: 9 }] as const
      await withTalks(
        places.map(place => ({ ...place, namespace: vm1 })),
        async talks => {
          await changeAll(live, () => stillTalk(t, talks))
        },
      )
    } finally {
      server.kill('SIGKILL')
      await server
    }
  })
})

async function stillTalk(t: ExecutionContext, talks: readonly Talk[]): Promise<void> {
  const answers = await Promise.all(talks.map(talk => talk()))
  t.deepEqual(answers, ['HTTP/1.1 200 OK', 'hello', 'hello'])
}

async function changeAll(live: Live, stillTalk: () => Promise<void>): Promise<void> {
  const { t, name, names, change, renew } = live
  const [dhcpOfPrivate, dhcpOfApart] = [names().network('private'), names().network('apart')]
  const leases = `/var/lib/lab/${name}/dhcp/${dhcpOfPrivate.id}/leases`
  const opts = (id: string) => readFileSync(`/var/lib/lab/${name}/dhcp/${id}/opts`, 'utf8')
  const proxyOfApart = `haproxy-${dhcpOfApart.id}`
  await stillTalk()

  await change('an instance that comes first', { instances: ['aaa'] }, ['udhcpc-aaa-eth0'])
  await stillTalk()
  t.is(await uuidSeenBy(names().guest('aaa')), names().instance('aaa').id)
  t.is(await uuidSeenBy(names().guest('vm2')), names().instance('vm2').id)
  t.regex(readFileSync(leases, 'utf8'), / 192\.168\.30\.5 /)
  const aaa = names().guest('aaa')

  await change('the same one gone', {}, ['udhcpc-aaa-eth0'])
  await stillTalk()
  t.notRegex(readFileSync(leases, 'utf8'), / 192\.168\.30\.5 /)
  t.deepEqual([namespaceIdentityOf(aaa), existsSync(`/etc/netns/${aaa}`)], [null, false])

  const moreSubnets = ', {cidr: 192.168.31.0/24}'
  await change('a second subnet', { moreSubnets }, [`dnsmasq-${dhcpOfPrivate.id}`])
  await stillTalk()
  await change('and none', {}, [`dnsmasq-${dhcpOfPrivate.id}`])
  await stillTalk()

  t.is(await uuidSeenBy(names().guest('vm3')), names().instance('vm3').id)
  await change('a router on the isolated network', { interfaces: 'private, apart' }, [proxyOfApart])
  await stillTalk()
  t.notRegex(opts(dhcpOfApart.id), /169\.254\.169\.254\/32,192\.168\.40\.2/)
  await renew('vm3')
  t.is(await uuidSeenBy(names().guest('vm3')), names().instance('vm3').id)
  await change('and off it', {}, [proxyOfApart])
  t.regex(opts(dhcpOfApart.id), /169\.254\.169\.254\/32,192\.168\.40\.2/)
  await stillTalk()
  await renew('vm3')
  t.is(await uuidSeenBy(names().guest('vm3')), names().instance('vm3').id)

  const subnet =
    'dns_nameservers: [192.0.2.53], host_routes: [{destination: 198.51.100.0/24, nexthop: 192.168.30.9}]'
  await change('other DHCP options', { subnet })
  await stillTalk()
  t.regex(opts(dhcpOfPrivate.id), /192\.0\.2\.53/)
  t.regex(opts(dhcpOfPrivate.id), /198\.51\.100\.0\/24,192\.168\.30\.9/)
  // It is on dnsmasq's command line.
  const restarted = [`dnsmasq-${dhcpOfPrivate.id}`]
  await change('another MTU', { subnet, network: 'mtu: 1400,' }, restarted)
  await stillTalk()
  for (const node of [names().guest('vm1'), names().qdhcp('private'), names().qrouter('edge')])
    t.regex((await execa('ip', ['-n', node, 'link'])).stdout, / mtu 1400 /, node)

  await change('no isolated metadata', { isolated: false }, [...restarted, proxyOfApart])
  await stillTalk()
  const { stdout } = await execa('ip', ['-n', names().qdhcp('apart'), 'address'])
  t.notRegex(stdout, /169\.254\.169\.254/)
}

test('a change that is killed anywhere goes on, or back, when lab up runs again', async t => {
  await withLive(t, async ({ name, change }) => {
    const changed: Wish = {
      instances: ['aaa'],
      moreSubnets: ', {cidr: 192.168.31.0/24}',
      interfaces: 'private, apart',
    }
    const rounds = [2, 4, 7, 11, 16, 22]
    for (const [round, k] of rounds.entries()) {
      const kind = round % 2 === 0 ? 'begin' : 'made'
      const [wish, next] = round % 3 === 2 ? [changed, {}] : [changed, changed]
      await withTopologyFile(topology(wish), async path => {
        t.true(await crash('crash-up', [path, name, kind, `${k}`]), `${kind} ${k}`)
      })
      await change(`killed at ${kind} ${k}`, next, 'any')
      await change('back', {}, 'any')
    }
  })
})
