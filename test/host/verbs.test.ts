import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { keptTopologyPathOf } from '../../src/lab/paths.ts'
import { readRecord } from '../../src/lab/record.ts'
import { projectRoot } from '../../src/linux/gather-facts.ts'
import { tapDevice } from '../../src/neutron/names.ts'
import {
  processTest,
  randomLabName,
  type StandingLab,
  waitFor,
  withLab,
  withTopologyFile,
} from './support/lab.ts'
import { pidsOf, statusOf } from './support/services.ts'

const topology = `# of the test
networks:
  # with a router
  private:
    subnets: [{name: private-subnet, cidr: 192.168.30.0/24}]
neutron:
  dhcp_agent: {enable_isolated_metadata: true, dhcp_lease_duration: 600}
routers:
  edge: {interfaces: [private]}
keypairs: {ops: ssh-ed25519 AAAA ops}
instances:
  vm1: {networks: [private]}
`

const FETCH = ['curl', '-sf', '-m', '5', 'http://169.254.169.254/latest/meta-data/hostname']

function metadataRouteVia(address: string): RegExp {
  return new RegExp(`169\\.254\\.169\\.254 via ${address.replaceAll('.', '\\.')} dev eth0`)
}

function kept(name: string): string {
  return readFileSync(keptTopologyPathOf(name), 'utf8')
}

//  vm1 ── private ── edge ── second ── web
processTest(
  'networks, routers and instances come and go by verbs, and what they do not concern stays',
  async t => {
    await withTopologyFile(topology, async path => {
      await withLab(t, path, async ({ name, run, inNode }) => {
        const done = async (words: string, seen: RegExp) => {
          const ended = await run(words.split(' '))
          t.is(ended.exitCode, 0, `${words}: ${ended.stderr}`)
          t.regex(ended.stdout, seen, words)
          t.is(kept(name), readRecord(name)?.kept.text ?? '')
        }
        const refused = async (words: string, ...seen: readonly RegExp[]) => {
          const before = { text: kept(name), pids: pidsOf(name) }
          const ended = await run(words.split(' '))
          t.not(ended.exitCode, 0, words)
          for (const pattern of seen) t.regex(ended.stderr, pattern, words)
          t.deepEqual({ text: kept(name), pids: pidsOf(name) }, before)
        }
        t.is(kept(name), topology)
        t.is(statSync(keptTopologyPathOf(name)).mode & 0o777, 0o600)
        const first = pidsOf(name)

        await done(
          'network add second --subnet 192.168.40.0/24',
          /network second stands: 192\.168\.40\.0\/24; qdhcp-\S+ 192\.168\.40\.2/,
        )
        await done(
          'instance add web --network second=192.168.40.9 --key-name ops --property role=web',
          metadataRouteVia('192.168.40.2'),
        )
        t.regex(await inNode('web', FETCH), /^web/)
        t.is(
          await inNode('web', [
            'curl',
            '-sf',
            'http://169.254.169.254/latest/meta-data/public-keys/',
          ]),
          '0=ops',
        )

        const joined = await run(['router', 'add-subnet', 'edge', 'second-subnet'])
        t.regex(joined.stdout, /✔ edge is on second-subnet: qr-[0-9a-f-]{11} 192\.168\.40\.1/)
        t.regex(
          joined.stdout,
          /the proxy in qdhcp-\S+ stopped: every DHCP subnet has a router on its gateway_ip/,
        )
        // The guest learns of it by its lease, by and by or now.
        await done(
          'instance renew web',
          /has renewed its lease of 192\.168\.40\.9: 169\.254\.169\.254 via 192\.168\.40\.1 dev eth0, before: 169\.254\.169\.254 via 192\.168\.40\.2/,
        )
        t.regex(await inNode('web', FETCH), /^web/)
        await inNode('web', ['ip', 'route', 'add', '10.9.9.0/24', 'dev', 'eth0'])
        const client = pidsOf(name)['udhcpc-web-eth0']
        await done(
          'instance reboot web',
          /web is up again: 192\.168\.40\.9 on second; 169\.254\.169\.254 via 192\.168\.40\.1/,
        )
        t.not(pidsOf(name)['udhcpc-web-eth0'], client)
        t.notRegex(await inNode('web', ['ip', 'route']), /10\.9\.9\.0/)
        t.regex(await inNode('web', FETCH), /^web/)
        // vm1 was concerned by none of it.
        t.is(pidsOf(name)['udhcpc-vm1-eth0'], first['udhcpc-vm1-eth0'])
        t.deepEqual((await statusOf(name)).differences, [])

        await comparePorts({ name, run, inNode }, t)

        await refused(
          'network remove second',
          /Unable to complete operation on network \S+ There are one or more ports still in use on the network, id for these ports is: \S+,\S+\. \(409 Conflict\)/,
          /Nothing was changed/,
        )
        await refused('router remove edge', /has ports still attached: .*409 Conflict/)
        await refused('router add-subnet edge second-subnet', /Router already has a port on subnet/)
        await refused(
          'router add-subnet egde second-subnet',
          /has no router egde/,
          /There is edge\./,
        )
        await refused(
          'instance add two --network second=192.168.40.9',
          /IP address 192\.168\.40\.9 already allocated in subnet/,
        )
        await refused('instance add web --network second', /has an instance web already/)
        await refused(
          'instance add two --network second=10.0.0.1',
          /^✖ Cannot add instance two\n {2}--network second=10\.0\.0\.1: `10\.0\.0\.1` is outside/,
        )
        await refused(
          'instance add two --network second --key-name opps',
          /--key-name opps: there is no keypair/,
          /ops/,
        )
        await refused('network add third --subnet 192.168.50.0/33', /must be a CIDR/)

        const left = await run(['router', 'remove-subnet', 'edge', '192.168.40.0/24'])
        t.regex(left.stdout, /the proxy in qdhcp-\S+ started: enable_isolated_metadata is on/)
        await done('instance renew web', metadataRouteVia('192.168.40.2'))
        await done('instance remove web', /web is gone: 192\.168\.40\.9 on second is free/)
        await done('network remove second', /network second is gone/)
        t.deepEqual(Object.keys(pidsOf(name)).toSorted(), Object.keys(first).toSorted())
        t.is((await run(['topology'])).stdout, kept(name).trimEnd())
        t.regex(kept(name), /# of the test\nnetworks:\n {2}# with a router\n {2}private:/)

        await done('router add other', /router other stands: qrouter-/)
        const again = await run(['up', path, '--name', name])
        t.regex(again.stderr, /What commands had changed of the lab went/)
        t.is(kept(name), topology)
        t.is((await run(['status'])).exitCode, 0)
      })
    })
  },
)

/** What the table says is what the machine has. */
async function comparePorts(
  { name, run }: StandingLab,
  t: Parameters<Parameters<typeof processTest>[1]>[0],
): Promise<void> {
  const { cloud } = readRecord(name) ?? {}
  const vm1 = cloud?.instances.find(instance => instance.name === 'vm1')
  const port = cloud?.ports.find(({ device_id }) => device_id === vm1?.id)
  const [fixed] = port?.fixed_ips ?? []
  const table = (status: string) => {
    const cells = [
      port?.id,
      '    ',
      port?.mac_address,
      `ip_address='${fixed?.ip_address}', subnet_id='${fixed?.subnet_id}'`,
      status,
    ]
    const heads = ['ID', 'Name', 'MAC Address', 'Fixed IP Addresses', 'Status']
    const widths = cells.map((cell = '', at) => Math.max(cell.length, heads[at]?.length ?? 0))
    const line = (words: readonly (string | undefined)[]) =>
      `| ${words.map((word = '', at) => word.padEnd(widths[at] ?? 0)).join(' | ')} |`
    const rule = `+${widths.map(width => '-'.repeat(width + 2)).join('+')}+`
    return [rule, line(heads), rule, line(cells), rule].join('\n')
  }
  const listed = async () => (await run(['port', 'list', '--server', 'vm1'])).stdout
  t.is(await listed(), table('ACTIVE'))
  await execa('ip', ['-n', `lab-${name}-vm1`, 'link', 'delete', 'eth0'])
  t.is(await listed(), table('DOWN  '))
  const whole = await run(['up', keptTopologyPathOf(name), '--name', name])
  t.is(whole.exitCode, 0, whole.stderr)
  t.is(await listed(), table('ACTIVE'))
  const all: readonly Record<string, unknown>[] = JSON.parse(
    (await run(['port', 'list', '--json', '--long'])).stdout,
  )
  t.deepEqual(
    all.map(({ ID }) => ID),
    cloud?.ports.map(({ id }) => id).toSorted(),
  )
  t.true(all.every(row => row.Status === 'ACTIVE' && Array.isArray(row['Security Groups'])))
}

processTest(
  'a verb that fails, is interrupted or killed leaves what stood, or what lab up ends',
  async t => {
    await withTopologyFile(topology, async path => {
      await withLab(t, path, async ({ name, run, inNode }) => {
        const taken = `lab-${name}-two`
        const before = { text: kept(name), vm1: pidsOf(name)['udhcpc-vm1-eth0'] }
        await execa('ip', ['netns', 'add', taken])
        const failed = await run(['instance', 'add', 'two', '--network', 'private'])
        await execa('ip', ['netns', 'delete', taken])
        t.is(failed.exitCode, 1)
        t.regex(failed.stderr, /exists already and is not this lab's/)
        t.is(kept(name), before.text)

        t.is((await run(['instance', 'add', 'two', '--network', 'private'])).exitCode, 0)
        const tap = tapOf(name, 'two')
        t.is((await run(['instance', 'remove', 'two'])).exitCode, 0)
        await execa('ip', ['-n', `lab-${name}-controller`, 'link', 'add', tap, 'type', 'bridge'])
        const halfWay = await run(['instance', 'add', 'two', '--network', 'private'])
        t.is(halfWay.exitCode, 1)
        t.regex(halfWay.stderr, /File exists\n[\s\S]*\n {2}at instances\.two of the topology\n/)
        t.regex(halfWay.stderr, /Nothing of the change was kept: what stood stands/)
        t.is(kept(name), before.text)
        t.false(namespaceIsThere(taken))
        t.is((await run(['status'])).exitCode, 0)

        for (const signal of ['SIGINT', 'SIGKILL'] as const) {
          const child = spawn(
            join(projectRoot, 'lab'),
            ['--lab', name, 'instance', 'add', 'two', '--network', 'private'],
            { stdio: 'ignore' },
          )
          const ended = once(child, 'exit')
          await waitFor('the making of the guest', () => namespaceIsThere(taken))
          child.kill(signal)
          await ended
          if (signal === 'SIGINT') {
            t.is(kept(name), before.text)
            t.false(namespaceIsThere(taken))
            t.is((await run(['status'])).exitCode, 0)
          }
        }
        const record = readRecord(name)
        t.is(kept(name), record?.kept.text ?? '')
        const refused = await run(['network', 'add', 'second', '--subnet', '10.0.0.0/24'])
        t.regex(refused.stderr, /does not stand: it is half-built/)
        const words = /`\S*lab (up [^`]+)` puts it up/.exec(refused.stderr)?.[1]?.split(' ') ?? []
        const whole = await run(words)
        t.is(whole.exitCode, 0, whole.stderr)
        t.regex(await inNode('two', FETCH), /^two/)
        t.is(kept(name), readRecord(name)?.kept.text ?? '')
        t.is(pidsOf(name)['udhcpc-vm1-eth0'], before.vm1)
        t.is((await run(['status'])).exitCode, 0)
      })
    })
  },
)

function tapOf(name: string, instance: string): string {
  const { instances = [] } = readRecord(name)?.cloud ?? {}
  return tapDevice(instances.find(({ name: own }) => own === instance)?.port_ids[0] ?? '')
}

function namespaceIsThere(name: string): boolean {
  return statSync(`/run/netns/${name}`, { throwIfNoEntry: false }) !== undefined
}

processTest(
  'a lab that came from standard input can be changed, and told by its own file',
  async t => {
    const name = randomLabName()
    const pipe = (args: readonly string[], input: string) =>
      execa(join(projectRoot, 'lab'), args, { input, reject: false })
    try {
      const up = await pipe(
        ['up', '-', '--name', name],
        'networks: {a: {subnets: [{cidr: 10.5.0.0/24}]}}\n',
      )
      t.is(up.exitCode, 0, up.stderr)
      t.is(readRecord(name)?.topology, keptTopologyPathOf(name))
      const added = await pipe(['--lab', name, 'router', 'add', 'r'], '')
      t.is(added.exitCode, 0, added.stderr)
      const again = await pipe(['up', keptTopologyPathOf(name), '--name', name], '')
      t.regex(again.stdout, /stands as it is: nothing changes/)
      t.true(readRecord(name)?.kept.edited)
    } finally {
      t.is((await pipe(['down', name], '')).exitCode, 0)
    }
  },
)
