import { existsSync, readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import {
  lab,
  type StandingLab,
  processTest as test,
  withLab,
  withTopologyFile,
} from './support/lab.ts'
import { runIn } from './support/namespace.ts'
import { namespaceLike, pidsOf, runningOf } from './support/services.ts'

/**
 * Section 5 of spec/dhcp-agent.md: which of two ways to 169.254.169.254 a guest takes, and when. Each look is at the guest:
 * the route in its kernel and a fetch of its own.
 */

const DHCP_PORT = '192.168.30.2'
const GATEWAY = '192.168.30.1'

interface Look {
  /** Next hop of the route to 169.254.169.254 itself; null without one, where the default route leads there. */
  readonly via: string | null
  /** HTTP's status, or the kernel's words. */
  readonly fetch: string
}

/** Renews what is to be renewed, and looks. A way that nobody answers costs ARP's patience, so some fetches are left out. */
async function look(
  { name, run }: StandingLab,
  t: ExecutionContext,
  renews: 'renewed' | 'as it is',
) {
  if (renews === 'renewed') {
    const { exitCode, stderr } = await run(['instance', 'renew', 'vm1'])
    t.is(exitCode, 0, stderr)
  }
  const guest = `lab-${name}-vm1`
  const { stdout: routes } = await runIn(guest, ['ip', 'route', 'show', '169.254.169.254'])
  const via = /via (\S+)/.exec(routes)?.[1] ?? null
  return { via, fetch: await fetchIn(guest) } satisfies Look
}

async function fetchIn(guest: string): Promise<string> {
  const url = 'http://169.254.169.254/openstack/latest/meta_data.json'
  const { stdout, stderr } = await runIn(guest, [
    ...['curl', '-sv', '-m', '2', '-o', '/dev/null', '-w', '%{http_code}', url],
  ])
  if (stdout !== '000') return stdout
  return /failed: (.*)$/m.exec(stderr)?.[1] ?? (/timed out/.test(stderr) ? 'timeout' : stderr)
}

async function does(t: ExecutionContext, { run }: StandingLab, words: string): Promise<string> {
  const ended = await run(words.split(' '))
  t.is(ended.exitCode, 0, `${words}: ${ended.stderr}`)
  return ended.stdout
}

/** Nobody answers at the gateway of a router that was detached; the kernel may still remember its MAC. */
const nobody = ['No route to host', 'timeout']

const attach = 'router add-subnet edge private-subnet'
const detach = 'router remove-subnet edge private-subnet'
const restart = 'restart neutron-dhcp-agent'

/** What a routed subnet's lease says, by release: from Liberty on the gateway, before nothing. */
for (const [release, routed] of [
  ['liberty', GATEWAY],
  ['kilo', null],
] as const)
  test(`on ${release} a router that is attached or detached is news to the DHCP agent at its restart alone`, async t => {
    await withLab(
      t,
      'liberty',
      async standing => {
        const viaDhcp = { via: DHCP_PORT, fetch: '200' }
        const viaRouter = { via: routed, fetch: '200' }
        t.deepEqual(await look(standing, t, 'as it is'), viaDhcp, 'without a router')
        const { dnsmasq, guest } = servicesOf(standing)

        await does(t, standing, attach)
        t.deepEqual(await look(standing, t, 'renewed'), viaDhcp, 'attached and renewed')
        t.regex(optsOf(standing), /169\.254\.169\.254\/32,192\.168\.30\.2/)
        t.deepEqual(servicesOf(standing), { dnsmasq, guest }, 'nothing was restarted')

        await does(t, standing, restart)
        t.not(servicesOf(standing).dnsmasq, dnsmasq, 'the agent enables dnsmasq anew')
        t.deepEqual(await look(standing, t, 'as it is'), viaDhcp, 'restarted, and not renewed')
        t.deepEqual(await look(standing, t, 'renewed'), viaRouter, 'restarted and renewed')
        t.is(servicesOf(standing).guest, guest)

        await does(t, standing, detach)
        const detached = await look(standing, t, 'renewed')
        t.is(detached.via, routed, 'detached and renewed: the mirror image')
        t.true(nobody.includes(detached.fetch), detached.fetch)

        await does(t, standing, restart)
        t.deepEqual(await look(standing, t, 'renewed'), viaDhcp, 'and restarted')
        t.is((await standing.run(['status'])).exitCode, 0)
      },
      ['--release', release],
    )
  })

test('on liberty a changed subnet has the DHCP agent fetch its network, which shows it the router', async t => {
  await withLab(t, 'liberty', async standing => {
    await does(t, standing, attach)
    t.is((await look(standing, t, 'renewed')).via, DHCP_PORT)
    const { dnsmasq } = servicesOf(standing)
    const topology = await does(t, standing, 'topology')
    const changed = topology.replace(
      '        gateway_ip: 192.168.30.1\n',
      '        gateway_ip: 192.168.30.1\n        dns_nameservers: [192.0.2.53]\n',
    )
    t.not(changed, topology)
    await withTopologyFile(changed, async path => {
      const up = await lab(['up', path, '--name', standing.name])
      t.is(up.exitCode, 0, up.stderr)
    })
    t.is(servicesOf(standing).dnsmasq, dnsmasq, 'which reads its files again')
    t.deepEqual(await look(standing, t, 'renewed'), { via: GATEWAY, fetch: '200' })
  })
})

test('on the newest release attaching alone moves the next lease to the router, and detaching moves it back', async t => {
  await withLab(t, 'attach', async standing => {
    t.deepEqual(await look(standing, t, 'as it is'), { via: DHCP_PORT, fetch: '200' })
    const { dnsmasq, guest } = servicesOf(standing)

    t.regex(await does(t, standing, attach), /the proxy in qdhcp-\S+ stopped/)
    t.regex(optsOf(standing), /169\.254\.169\.254\/32,192\.168\.30\.1/, 'at once')
    t.deepEqual(
      await look(standing, t, 'as it is'),
      { via: DHCP_PORT, fetch: 'Connection refused' },
      'until it renews, a guest asks qdhcp, where nobody listens any more',
    )
    t.deepEqual(await look(standing, t, 'renewed'), { via: GATEWAY, fetch: '200' })

    t.regex(await does(t, standing, detach), /the proxy in qdhcp-\S+ started/)
    const lingering = await look(standing, t, 'as it is')
    t.is(lingering.via, GATEWAY)
    t.true(nobody.includes(lingering.fetch), lingering.fetch)
    t.deepEqual(await look(standing, t, 'renewed'), { via: DHCP_PORT, fetch: '200' })
    t.deepEqual(servicesOf(standing), { dnsmasq, guest }, 'dnsmasq and the guest’s client ran on')
  })
})

test('with force_metadata either way works, and where one is cut the next lease decides', async t => {
  await withLab(t, 'both-at-once', async standing => {
    const { name, run } = standing
    const guest = `lab-${name}-vm1`
    t.deepEqual(await look(standing, t, 'as it is'), { via: DHCP_PORT, fetch: '200' })
    const byHand = ['ip', 'route', 'replace', '169.254.169.254', 'via', GATEWAY]
    t.is((await runIn(guest, byHand)).exitCode, 0)
    t.deepEqual(await look(standing, t, 'as it is'), { via: GATEWAY, fetch: '200' }, 'by qrouter')
    t.deepEqual(
      await look(standing, t, 'renewed'),
      { via: DHCP_PORT, fetch: '200' },
      'by its lease',
    )

    await does(t, standing, detach)
    t.deepEqual(await look(standing, t, 'renewed'), { via: DHCP_PORT, fetch: '200' }, 'no router')
    await does(t, standing, attach)

    await does(t, standing, 'stop neutron-dhcp-agent')
    process.kill(pidOfProxy(standing), 'SIGKILL')
    t.deepEqual(
      await look(standing, t, 'renewed'),
      { via: DHCP_PORT, fetch: 'Connection refused' },
      'dnsmasq says what its agent last wrote',
    )
    t.is((await runIn(guest, byHand)).exitCode, 0)
    t.is((await look(standing, t, 'as it is')).fetch, '200', 'and the router answers all the while')

    await does(t, standing, 'start neutron-dhcp-agent')
    t.deepEqual(await look(standing, t, 'renewed'), { via: DHCP_PORT, fetch: '200' })
    const routed = (await does(t, standing, 'topology')).replace(
      /^ +force_metadata: true$/m,
      '    force_metadata: false',
    )
    await withTopologyFile(routed, async path => {
      const up = await lab(['up', path, '--name', name])
      t.is(up.exitCode, 1)
      t.regex(
        up.stdout,
        /stands.*gets no metadata.*Failed to connect.*instance renew vm1/s,
        'until the guest renews',
      )
    })
    t.deepEqual(await look(standing, t, 'renewed'), { via: GATEWAY, fetch: '200' })
    t.is((await run(['status'])).exitCode, 0)
  })
})

function servicesOf({ name }: StandingLab) {
  return { dnsmasq: runningOf(name, 'dnsmasq').pid, guest: runningOf(name, 'udhcpc').pid }
}

function optsOf({ name }: StandingLab): string {
  const id = namespaceLike(name, /^qdhcp-/).replace('qdhcp-', '')
  const path = `/var/lib/lab/${name}/dhcp/${id}/opts`
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/** The one in qdhcp. */
function pidOfProxy({ name }: StandingLab): number {
  const id = namespaceLike(name, /^qdhcp-/).replace('qdhcp-', '')
  const pids = pidsOf(name)
  return pids[`haproxy-${id}`] ?? pids[`neutron-ns-metadata-proxy-${id}`] ?? 0
}
