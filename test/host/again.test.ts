import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execa } from 'execa'
import { journalPathOf } from '../../src/lab/paths.ts'
import { readRecord } from '../../src/lab/record.ts'
import { namespaceIdentityOf } from '../../src/linux/namespace-identity.ts'
import { tapDevice } from '../../src/neutron/names.ts'
import {
  lab,
  processTest,
  randomLabName,
  standingLab,
  stateExists,
  hostTest as test,
  withLab,
  withTopologyFile,
} from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'
import { namespaceLike, namespacesOf, pidsOf, serviceOf, statusOf } from './support/services.ts'
import { standingLabs } from './support/standing-labs.ts'
import { cleanOnly } from './support/sweep.ts'
import { testRuntime } from './support/test-runtime.ts'

/** They stand for the tests that leave them as they were; in containers a router's lab is in none. */
const labs = standingLabs<'dhcp-mode' | 'router-mode'>({
  'dhcp-mode': { topology: 'dhcp-mode', isHarmed: true },
  'router-mode': {
    topology: 'router-mode',
    isHarmed: true,
    ...(testRuntime === 'process' ? {} : { missing: 'its tests are of processes alone' }),
  },
})

const FETCH = ['curl', '-sf', '-m', '5', 'http://169.254.169.254/latest/meta-data/hostname']

for (const [mode, modeTest] of [
  ['dhcp-mode', test],
  ['router-mode', processTest],
] as const)
  modeTest(`lab up ${mode} again changes nothing`, async t => {
    const { name } = labs(mode)
    const look = () => ({ pids: pidsOf(name), journal: readFileSync(journalPathOf(name), 'utf8') })
    const before = look()
    const again = await lab(['up', mode, '--name', name])
    t.is(again.exitCode, 0)
    t.regex(again.stdout, /stands as it is: nothing changes/)
    t.deepEqual(look(), before)
  })

function topologyWith(...instances: readonly string[]): string {
  const rows = instances.map(instance => `  ${instance}: {networks: [private]}\n`)
  return `neutron: {dhcp_agent: {enable_isolated_metadata: true}}
networks:
  private: {subnets: [{cidr: 192.168.30.0/24}]}
instances:
${rows.join('')}`
}

//  vm1, vm2 (, vm3) ── qdhcp ── agent ── API
test('an instance more or less in the file changes what must change and nothing else', async t => {
  await withTopologyFile(topologyWith('vm1', 'vm2'), async path => {
    await withLab(t, path, async ({ name, run, inNode }) => {
      const qdhcp = namespaceLike(name, /^qdhcp-/)
      const before = { pids: pidsOf(name), qdhcp: namespaceIdentityOf(qdhcp) }
      const haproxy = serviceOf(name, 'haproxy').name

      writeFileSync(path, topologyWith('vm1', 'vm2', 'vm3'))
      const more = await run(['up', path, '--name', name])
      t.is(more.exitCode, 0, more.stderr)
      t.regex(more.stdout, /3 instances; \d+ resources made anew/)
      t.is(namespaceIdentityOf(qdhcp), before.qdhcp)
      const now = pidsOf(name)
      for (const kept of [haproxy, 'udhcpc-vm1-eth0', 'udhcpc-vm2-eth0'])
        t.is(now[kept], before.pids[kept], kept)
      for (const vm of ['vm1', 'vm2', 'vm3']) t.regex(await inNode(vm, FETCH), new RegExp(`^${vm}`))

      writeFileSync(path, topologyWith('vm1', 'vm3'))
      const less = await run(['up', path, '--name', name])
      t.is(less.exitCode, 0, less.stderr)
      t.is(namespaceIdentityOf(qdhcp), before.qdhcp)
      t.is(pidsOf(name)[haproxy], before.pids[haproxy])
      t.is(pidsOf(name)['udhcpc-vm1-eth0'], before.pids['udhcpc-vm1-eth0'])
      t.is(namespaceIdentityOf(`lab-${name}-vm2`), null)
      t.is((await statusOf(name)).ended.exitCode, 0)
      for (const vm of ['vm1', 'vm3']) t.regex(await inNode(vm, FETCH), new RegExp(`^${vm}`))
    })
  })
})

test('a network more or less comes and goes with its services, and the supervisor knows', async t => {
  const one = topologyWith('vm1')
  const two = one.replace(
    'instances:',
    '  second: {subnets: [{cidr: 192.168.40.0/24}]}\ninstances:',
  )
  await withTopologyFile(one, async path => {
    await withLab(t, path, async ({ name, run }) => {
      const before = pidsOf(name)
      writeFileSync(path, two)
      t.is((await run(['up', path, '--name', name])).exitCode, 0)
      t.is(Object.keys(pidsOf(name)).filter(service => service.startsWith('dnsmasq')).length, 2)
      writeFileSync(path, one)
      t.is((await run(['up', path, '--name', name])).exitCode, 0)
      t.deepEqual(Object.keys(pidsOf(name)).sort(), Object.keys(before).sort())
      t.is((await run(['status'])).exitCode, 0)
    })
  })
})

processTest(
  'a guest that comes by its addresses in another way keeps none that it had',
  async t => {
    const network = (modes: string, more = '') => `
networks: {private: {subnets: [{cidr: 192.168.30.0/24}, {cidr: "fd00:30::/64", ${modes}}]}}
routers: {edge: {interfaces: [private]}}
${more}`
    const slaac = 'ipv6_ra_mode: slaac, ipv6_address_mode: slaac'
    const stateful = 'ipv6_ra_mode: dhcpv6-stateful, ipv6_address_mode: dhcpv6-stateful'
    const guest = (nic: string) => `guests: {g: {networks: [{name: private, ${nic}}]}}\n`
    const leases = network(slaac, guest('mac_address: "fa:16:3e:00:00:09"'))
    const portless = network(slaac, guest('port: false, fixed_ip: 192.168.30.66'))
    const leasesBoth = network(stateful, guest('fixed_ips: [192.168.30.9, "fd00:30::9"]'))
    await withTopologyFile(leases, async path => {
      await withLab(t, path, async ({ name, run, inNode }) => {
        const addresses = async (text: string) => {
          writeFileSync(path, text)
          const up = await run(['up', path, '--name', name])
          t.is(up.exitCode, 0, up.stderr)
          const shown = await inNode('g', 'ip -o address show dev eth0 scope global'.split(' '))
          return Array.from(shown.matchAll(/inet6? (\S+)/g), ([, address]) => address)
        }
        const own = 'fd00:30::f816:3eff:fe00:9/64'
        const leased = ['192.168.30.3/24', own]
        t.deepEqual(await addresses(portless), ['192.168.30.66/24'])
        t.deepEqual(await addresses(leases), leased)
        t.deepEqual(await addresses(leasesBoth), ['192.168.30.9/24', 'fd00:30::9/128'])
        // What a port has once been given it keeps when the file says no more of it.
        t.deepEqual(await addresses(leases), ['192.168.30.9/24', own])
      })
    })
  },
)

interface Damage {
  readonly title: string
  /** Containers stand on it, too. */
  readonly isBelowServices?: true
  readonly mode: 'dhcp-mode' | 'router-mode'
  readonly harm: (name: string) => Promise<unknown> | unknown
  readonly told: RegExp
}

const damages: readonly Damage[] = [
  {
    title: "a guest's device",
    mode: 'dhcp-mode',
    harm: name => execa('ip', ['-n', `lab-${name}-vm1`, 'link', 'delete', 'eth0']),
    told: /eth0/,
  },
  {
    title: "the tap of a guest's port",
    mode: 'dhcp-mode',
    harm: name => execa('ip', ['-n', `lab-${name}-controller`, 'link', 'delete', tapOfVm1(name)]),
    told: /tap/,
  },
  {
    title: 'the metadata address',
    mode: 'dhcp-mode',
    harm: name => {
      const qdhcp = namespaceLike(name, /^qdhcp-/)
      return execa('sh', [
        '-c',
        `ip -n ${qdhcp} address delete 169.254.169.254/16 dev $(ls /sys/class/net >/dev/null; ip -n ${qdhcp} -br link | grep -o '^tap[^@ ]*')`,
      ])
    },
    told: /169\.254\.169\.254/,
  },
  {
    title: 'the rule that redirects metadata requests',
    mode: 'router-mode',
    harm: name =>
      execa('ip', [
        'netns',
        'exec',
        namespaceLike(name, /^qrouter-/),
        'iptables',
        '-t',
        'nat',
        '-F',
        'neutron-l3-agent-PREROUTING',
      ]),
    told: /169\.254\.169\.254/,
  },
  {
    title: 'a namespace of a guest',
    mode: 'dhcp-mode',
    harm: name => execa('ip', ['netns', 'delete', `lab-${name}-vm1`]),
    told: /lab-\S+-vm1 is missing/,
  },
  {
    title: 'the namespace of a network',
    isBelowServices: true,
    mode: 'dhcp-mode',
    harm: name => execa('ip', ['netns', 'delete', namespaceLike(name, /^qdhcp-/)]),
    told: /qdhcp-\S+ is missing/,
  },
  {
    title: "haproxy's configuration",
    isBelowServices: true,
    mode: 'dhcp-mode',
    harm: name => rmSync(`/var/lib/lab/${name}/ns-metadata-proxy`, { recursive: true }),
    told: /ns-metadata-proxy\S* is missing/,
  },
]

for (const { title, isBelowServices, mode, harm, told } of damages) {
  const damageTest = isBelowServices ? test : processTest
  damageTest(
    `${title} that went behind lab's back is told by status and put back by lab up`,
    async t => {
      const { name, run, inNode } = standingLab(t, labs(mode).name)
      await harm(name)
      const { ended, differences } = await statusOf(name)
      t.is(ended.exitCode, 1)
      t.regex(differences.map(({ text }) => text).join('\n'), told)
      t.regex(
        (await run(['status'])).stdout,
        new RegExp(`\`\\S*lab up ${mode} --name ${name}\` puts it right`),
      )
      const again = await run(['up', mode, '--name', name])
      t.is(again.exitCode, 0, again.stderr)
      t.regex(again.stdout, /resources? (made anew|changed in place)/)
      const after = await statusOf(name)
      t.deepEqual(after.differences, [])
      t.is(new Set(Object.values(pidsOf(name))).size, after.services.length)
      t.regex(await inNode('vm1', FETCH), /^vm1/)
      t.regex(await inNode('vm2', FETCH), /^vm2/)
    },
  )
}

function tapOfVm1(name: string): string {
  const { instances = [] } = readRecord(name)?.cloud ?? {}
  const [port = ''] = instances.find(instance => instance.name === 'vm1')?.port_ids ?? []
  return tapDevice(port)
}

processTest('a lab whose file is gone can be looked at and taken down by its name', async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  await withTopologyFile(topologyWith('vm1'), async path => {
    t.is((await lab(['up', path, '--name', name])).exitCode, 0)
  })
  t.is((await lab(['status', name])).exitCode, 0)
  t.is((await lab(['down', name])).exitCode, 0)
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

/** What a reboot leaves of a lab: its files, and a journal of another boot. */
async function reboot(name: string): Promise<void> {
  for (const pid of Object.values(pidsOf(name)).toReversed()) process.kill(pid, 'SIGKILL')
  for (const namespace of namespacesOf(name)) await execa('ip', ['netns', 'delete', namespace])
  const path = journalPathOf(name)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replaceAll(/"bootId":"[^"]+"/g, '"bootId":"00000000-of-another-boot"'))
}

test('after a reboot list and status say so, and lab up builds the lab again', async t => {
  const { name, run, inNode } = standingLab(t, labs('dhcp-mode').name)
  await reboot(name)
  const rows: readonly { name: string; state: string }[] = JSON.parse(
    (await lab(['list', '--json'])).stdout,
  )
  t.is(rows.find(row => row.name === name)?.state, 'gone since reboot')
  const status = await statusOf(name)
  t.is(status.ended.exitCode, 1)
  t.is(status.state, 'gone since reboot')
  const again = await run(['up', 'dhcp-mode', '--name', name])
  t.is(again.exitCode, 0, again.stderr)
  t.is((await run(['status'])).exitCode, 0)
  t.regex(await inNode('vm1', FETCH), /^vm1/)
})

for (const mode of ['dhcp-mode', 'router-mode'] as const)
  processTest(
    `${mode} changes its release and back, and leaves nothing of the other's rules`,
    async t => {
      const { name, run, inNode } = standingLab(t, labs(mode).name)
      for (const release of ['2026.1', 'ussuri']) {
        const change = await run(['up', mode, '--name', name, '--release', release])
        t.is(change.exitCode, 0, change.stderr)
        t.is((await run(['status'])).exitCode, 0)
        t.regex(await inNode('vm1', FETCH), /^vm1/)
      }
    },
  )

test('after a reboot a lab of a changed file leaves nothing of the old one', async t => {
  await withTopologyFile(topologyWith('vm1', 'vm2'), async path => {
    await withLab(t, path, async ({ name, run }) => {
      await reboot(name)
      writeFileSync(path, topologyWith('vm3'))
      const again = await run(['up', path, '--name', name])
      t.is(again.exitCode, 0, again.stderr)
      t.is((await run(['status'])).exitCode, 0)
    })
  })
})

test("after a reboot lab down and clean take the files away, and nobody's namespaces", async t => {
  const before = await snapshotMachine()
  const names = [randomLabName(), randomLabName()]
  for (const name of names) {
    await lab(['up', 'dhcp-mode', '--name', name])
    await reboot(name)
  }
  const [first = '', second = ''] = names
  const theirs = namespacesOf(first)[0] ?? ''
  await execa('ip', ['netns', 'add', theirs])
  t.is((await lab(['down', first])).exitCode, 0)
  t.not(namespaceIdentityOf(theirs), null)
  await execa('ip', ['netns', 'delete', theirs])
  const clean = await cleanOnly(t, [second])
  t.is(clean.exitCode, 0)
  t.regex(clean.stdout, new RegExp(`✔ Lab ${second} .*is gone`))
  t.false(stateExists(second))
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})
