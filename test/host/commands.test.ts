import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { recordPathOf } from '../../src/lab/paths.ts'
import { projectRoot } from '../../src/linux/gather-facts.ts'
import { inodeOf } from '../../src/linux/process-table.ts'
import { crash } from './support/crash.ts'
import {
  lab,
  processTest,
  randomLabName,
  standingLab,
  stateExists,
  hostTest as test,
} from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'
import { namespaceLike, statusOf } from './support/services.ts'
import { standingLabs } from './support/standing-labs.ts'
import { cleanOnly } from './support/sweep.ts'
import { testRuntime } from './support/test-runtime.ts'

const labs = standingLabs({
  'dhcp-mode': { topology: 'dhcp-mode', isHarmed: true },
  'router-mode': { topology: 'router-mode', isHarmed: true },
})

test('list, status and every other reading command answer in words and in JSON', async t => {
  const { name, run } = standingLab(t, labs('router-mode').name)
  const list = await lab(['list'])
  t.regex(
    list.stdout,
    new RegExp(`^${name} +stands +ussuri +${testRuntime} +2 +2 +\\S+Z +router-mode$`, 'm'),
  )
  t.regex(list.stdout, /^NAME +STATE +RELEASE +RUNTIME +NETWORKS +INSTANCES +SINCE +TOPOLOGY$/m)
  const rows: readonly { name: string }[] = JSON.parse((await lab(['list', '--json'])).stdout)
  t.like(
    rows.find(row => row.name === name),
    {
      state: 'stands',
      topology: 'router-mode',
      release: 'ussuri',
      runtime: testRuntime,
      networks: 2,
      instances: 2,
    },
  )
  const { ended, state, standing, resources, differences, services } = await statusOf(name)
  t.is(ended.exitCode, 0)
  t.like(
    { state, standing, differences: differences.length },
    { state: 'stands', standing: resources, differences: 0 },
  )
  t.true(services.every(({ pid }) => pid !== null))
  t.deepEqual(
    (await run(['exec', 'controller', '--', 'ls', '/run/netns'])).stdout,
    [namespaceLike(name, /^qdhcp-/), namespaceLike(name, /^qrouter-/)].join('\n'),
  )
  t.regex(
    (await run(['status'])).stdout,
    new RegExp(`^✔ Lab ${name} stands: ${resources} of ${resources} resources`),
  )
  for (const args of [
    ['logs', '--json'],
    ['doctor', '--json'],
    ['clean', '--dry-run', '--json'],
    ['validate', 'router-mode', '--json'],
    ['schema'],
    ['up', 'router-mode', '--name', name, '--json'],
  ]) {
    const { exitCode, stdout, stderr } = await run(args)
    t.is(exitCode, 0, `${args.join(' ')}: ${stderr}`)
    t.notThrows(() => JSON.parse(stdout), args.join(' '))
  }
})

test('lab exec runs a command in a node and is transparent', async t => {
  const { name, run, inNode } = standingLab(t, labs('router-mode').name)
  const ended = await run(['exec', 'vm1', '--', 'sh', '-c', 'echo out; echo err >&2; exit 42'])
  t.deepEqual(ended, { exitCode: 42, stdout: 'out', stderr: 'err' })
  const piped = await execa(
    join(projectRoot, 'lab'),
    ['--lab', name, 'exec', 'vm1', '--', 'tr', 'a-z', 'A-Z'],
    { input: 'metadata' },
  )
  t.is(piped.stdout, 'METADATA')
  t.is((await run(['exec', 'vm1', '--', 'sh', '-c', 'kill -9 $$'])).exitCode, 137)
  t.is((await run(['exec', 'vm1', 'printf', '%s', '--json'])).stdout, '--json')
  const qdhcp = namespaceLike(name, /^qdhcp-/)
  const qrouter = namespaceLike(name, /^qrouter-/)
  // On a host `ip netns` has the names that OpenStack gives there, and none for the host itself.
  const identify = ['stat', '-Lc', '%i', '/proc/self/ns/net']
  for (const [node, namespace] of [
    ['vm1', `lab-${name}-vm1`],
    ['private', qdhcp],
    [qdhcp, qdhcp],
    ['edge', qrouter],
    ['controller', `lab-${name}-controller`],
  ] as const)
    t.is(await inNode(node, identify), `${inodeOf(`/run/netns/${namespace}`)}`, node)
  const unknown = await run(['exec', 'vn1', '--', 'true'])
  t.is(unknown.exitCode, 2)
  t.regex(unknown.stderr, /has no node vn1; did you mean `vm1`\?\n +There is vm1, vm2, /)
  const missing = await run(['exec', 'vm1', '--', 'no-such-program'])
  t.not(missing.exitCode, 0)
  t.regex(missing.stderr, /no-such-program/)
})

test('lab logs shows each service, and follows', async t => {
  const { name, run, inNode } = standingLab(t, labs('dhcp-mode').name)
  await inNode('vm1', ['curl', '-sf', 'http://169.254.169.254/latest/meta-data/'])
  for (const file of readdirSync(`/var/lib/lab/${name}/log`)) {
    const service = file.replace(/\.log(\.1)?$/, '')
    t.is((await run(['logs', service])).exitCode, 0, service)
  }
  for (const service of ['dnsmasq', 'haproxy', 'neutron-metadata-agent', 'nova-api-metadata'])
    t.is((await run(['logs', service])).exitCode, 0, service)
  t.regex((await run(['logs', 'nova-api-metadata'])).stdout, /meta-data/)
  writeFileSync(`/var/lib/lab/${name}/log/nova-api-metadata.log.1`, 'from before\n')
  t.regex(
    (await run(['logs', 'nova-api-metadata'])).stdout,
    testRuntime === 'process'
      ? /^==> .*\.log\.1 <==\nfrom before\n\n==> .*\.log <==\n.*meta-data/s
      : /^==> .*\.log\.1 <==\nfrom before\n\n==> container lab-\S+ <==\n.*meta-data/s,
  )
  const unknown = await run(['logs', 'novaa'])
  t.is(unknown.exitCode, 2)
  t.regex(unknown.stderr, /has no service novaa\n +There is .*nova-api-metadata/)
  t.regex((await run(['logs', 'hapoxy'])).stderr, /did you mean `haproxy`\?/)
  const silent = await run(['logs', 'neutron-dhcp-agent'])
  t.is(silent.exitCode, 0)
  t.regex(silent.stderr, /neutron-dhcp-agent has logged nothing yet/)
  const empty = await run(['logs', 'dnsmasq'])
  t.is(empty.stdout, '')
  t.regex(empty.stderr, /dnsmasq has logged nothing yet/)
  t.notRegex((await run(['logs'])).stdout, /<==\n\n/)
  const follow = spawn(
    join(projectRoot, 'lab'),
    ['--lab', name, 'logs', '-f', 'nova-api-metadata'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await once(follow.stdout, 'data')
  follow.kill('SIGINT')
  await once(follow, 'exit')
})

processTest('a lab that is not there is a clear error, and a wrong name wrong usage', async t => {
  const { name } = standingLab(t, labs('dhcp-mode').name)
  const absent = await lab(['down', 'no-such-lab'])
  t.is(absent.exitCode, 1)
  t.regex(absent.stderr, new RegExp(`✖ There is no lab no-such-lab\\.\\n +There is .*${name}`))
  for (const wrong of ['../etc', 'A', '-x-', 'a/b', ''])
    t.is((await lab(['down', '--', wrong])).exitCode, 2, wrong)
  t.is((await lab(['status', 'no-such-lab'])).exitCode, 1)
  t.is((await lab(['--lab', 'no-such-lab', 'exec', 'vm1', 'true'])).exitCode, 1)
})

processTest('where several labs stand, a command without a name asks which', async t => {
  for (const args of [
    ['down'],
    ['status'],
    ['exec', 'vm1', 'true'],
    ['logs'],
    ['restart', 'haproxy'],
  ]) {
    const { exitCode, stderr } = await lab(args)
    t.is(exitCode, 2, args.join(' '))
    t.regex(stderr, /✖ Which lab\? .* stand\.\n +Name one with --lab/)
    for (const mode of ['dhcp-mode', 'router-mode'] as const)
      t.true(stderr.includes(labs(mode).name))
  }
})

test('lab clean takes away half-built labs and no others', async t => {
  const standing = standingLab(t, labs('dhcp-mode').name)
  const name = randomLabName()
  await crash('crash-up', ['dhcp-mode', name, 'made', '35'])
  const dry = await lab(['clean', '--dry-run'])
  t.regex(dry.stdout, new RegExp(`✔ Lab ${name} \\(half-built\\) would go`))
  t.false(dry.stdout.includes(standing.name))
  t.true(stateExists(name))
  t.is((await cleanOnly(t, [name])).exitCode, 0)
  t.false(stateExists(name))
  t.is((await lab(['status', standing.name])).exitCode, 0)
})

processTest('a damaged record is told in words, and is no obstacle to other labs', async t => {
  const before = await snapshotMachine()
  const damaged = randomLabName()
  mkdirSync(`/var/lib/lab/${damaged}`, { recursive: true })
  writeFileSync(recordPathOf(damaged), '{"format":1,"lab":')
  const { run } = standingLab(t, labs('dhcp-mode').name)
  t.is((await run(['status'])).exitCode, 0)
  const down = await lab(['down', damaged])
  t.is(down.exitCode, 1)
  t.regex(
    down.stderr,
    /^✖ Cannot read \/var\/lib\/lab\/\S+\/lab\.json: it is damaged, or of a newer/,
  )
  t.false(down.stderr.includes(' at '), down.stderr)
  t.is((await lab(['list'])).exitCode, 0)
  rmSync(`/var/lib/lab/${damaged}`, { recursive: true })
  if (readdirSync('/var/lib/lab').length === 0) rmdirSync('/var/lib/lab')
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

test('lab down takes several labs and says what went', async t => {
  const before = await snapshotMachine()
  const names = [randomLabName(), randomLabName()]
  for (const name of names) await lab(['up', 'dhcp-mode', '--name', name])
  const { exitCode, stdout } = await lab(['down', ...names, '--json'])
  t.is(exitCode, 0)
  const gone =
    testRuntime === 'process' ? { processes: 8, containers: 0 } : { processes: 2, containers: 4 }
  t.like(
    JSON.parse(stdout),
    names.map(name => ({ lab: name, namespaces: 4, ...gone, strangers: [] })),
  )
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

const needRoot = [
  ['up', 'dhcp-mode'],
  ['down', 'x'],
  ['down', '--all'],
  ['list'],
  ['status'],
  ['exec', 'vm1', 'true'],
  ['shell', 'vm1'],
  ['logs'],
  ['restart', 'haproxy'],
  ['clean'],
]

const needNoRoot = [
  ['--help'],
  ['help', 'up'],
  ['--version'],
  ['up', '--help'],
  ['validate', 'dhcp-mode', 'router-mode'],
  ['schema'],
  ['up', '--dry-run', 'dhcp-mode'],
  ['up', '--dry-run', 'router-mode', '--name', 'mine', '--release', '2026.1'],
]

processTest('as nobody, what needs root says so in one line, and the rest works', async t => {
  const before = await snapshotMachine()
  const directory = mkdtempSync(join(tmpdir(), 'lab-nobody-'))
  chmodSync(directory, 0o755)
  try {
    for (const args of needRoot) {
      const { exitCode, stderr } = await asNobody(directory, args)
      t.is(exitCode, 1, args.join(' '))
      t.regex(stderr, /^✖ This needs root, because it works on network namespaces: sudo \S*lab /)
      t.true(stderr.endsWith(` ${args.join(' ')}`), stderr)
    }
    for (const args of needNoRoot) {
      const { exitCode, stdout, stderr } = await asNobody(directory, args)
      t.is(exitCode, 0, `${args.join(' ')}: ${stderr}`)
      t.true(stdout.length > 0, args.join(' '))
      t.is(stderr, '', args.join(' '))
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

/** Runs the launcher as nobody, in a view of the machine where the checkout is at a place that nobody may enter. */
async function asNobody(directory: string, args: readonly string[]) {
  const asUser = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
  const environment = ['env', '-i', 'HOME=/nonexistent', 'PATH=/usr/bin:/bin']
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
  const { exitCode, stdout, stderr } = await execa(
    'unshare',
    [
      ...['--mount', 'sh', '-c', script, 'sh', projectRoot, directory],
      ...asUser,
      ...environment,
      join(directory, 'lab'),
      ...args,
    ],
    { reject: false, stdin: 'ignore', cwd: '/' },
  )
  return { exitCode, stdout, stderr }
}
