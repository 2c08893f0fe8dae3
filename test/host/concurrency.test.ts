import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ExecutionContext } from 'ava'
import { isHeld } from '../../src/lab/lock.ts'
import { lab, randomLabName, stateExists, hostTest as test, waitFor } from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'

const FETCH = [
  'exec',
  'vm1',
  '--',
  'curl',
  '-sf',
  'http://169.254.169.254/latest/meta-data/hostname',
]

//  lab a: vm1 ── 192.168.30.0/24      lab b: vm1 ── 192.168.30.0/24, at the same time
test('labs of one topology with the same addresses come and go at once without disturbing each other', async t => {
  const before = await snapshotMachine()
  const topologies = ['dhcp-mode', 'router-mode', 'dhcp-mode', 'router-mode']
  const labs = topologies.map(topology => ({ topology, name: randomLabName() }))
  await all(t, labs, ({ topology, name }) => ['up', topology, '--name', name])
  await all(t, labs, ({ name }) => ['--lab', name, ...FETCH])
  await all(t, labs, ({ name }) => ['status', name])
  const [going, staying] = [labs.slice(0, 2), labs.slice(2)]
  await Promise.all([
    all(t, going, ({ name }) => ['down', name]),
    all(t, staying, ({ name }) => ['--lab', name, ...FETCH]),
  ])
  await all(t, staying, ({ name }) => ['status', name])
  await all(t, staying, ({ name }) => ['down', name])
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

test('labs that come while others go find what they share', async t => {
  const before = await snapshotMachine()
  let standing: string[] = []
  for (let round = 0; round < 4; round += 1) {
    const coming = [randomLabName(), randomLabName()]
    const ended = await Promise.all([
      ...standing.map(name => lab(['down', name])),
      ...coming.map(name => lab(['up', 'dhcp-mode', '--name', name])),
    ])
    for (const { exitCode, stderr } of ended) t.is(exitCode, 0, stderr)
    standing = coming
  }
  await all(t, standing, name => ['down', name])
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

async function all<T>(
  t: ExecutionContext,
  items: readonly T[],
  args: (item: T) => readonly string[],
): Promise<void> {
  const ended = await Promise.all(items.map(item => lab(args(item))))
  for (const { exitCode, stderr } of ended) t.is(exitCode, 0, stderr)
}

test('lab up twice at once builds one lab, and the second says for whom it waits', async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  const ups = await Promise.all([1, 2].map(() => lab(['up', 'dhcp-mode', '--name', name])))
  for (const { exitCode, stderr } of ups) t.is(exitCode, 0, stderr)
  const waited = ups.filter(({ stderr }) =>
    /Waiting for lab up dhcp-mode \(pid \d+\) …/.test(stderr),
  )
  t.is(waited.length, 1)
  t.is(ups.filter(({ stdout }) => stdout.includes('nothing changes')).length, 1)
  await all(t, [name], () => ['down', name])
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

test('lab down waits for the lab up that is at work, and then takes its lab down', async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  const up = lab(['up', 'dhcp-mode', '--name', name])
  await waitFor('lab up begins', () => stateExists(name))
  const down = await lab(['down', name])
  t.is(down.exitCode, 0, down.stderr)
  t.regex(down.stderr, /Waiting for lab up dhcp-mode \(pid \d+\) …/)
  t.is((await up).exitCode, 0)
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

test('two lab down of one lab both end well', async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  await lab(['up', 'dhcp-mode', '--name', name])
  const downs = await Promise.all([1, 2].map(() => lab(['down', name])))
  t.true(downs.some(({ exitCode }) => exitCode === 0))
  for (const { exitCode, stderr } of downs)
    t.true(exitCode === 0 || /There is no lab/.test(stderr), stderr)
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

test('the lock of a command that was killed is free at once', async t => {
  const name = randomLabName()
  const holder = spawn(process.execPath, ['--input-type=module-typescript', '-e', HOLD, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  t.true(await isHeld(name))
  const waiting = lab(['up', 'dhcp-mode', '--name', name])
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  t.is((await waiting).exitCode, 0)
  t.is((await lab(['down', name])).exitCode, 0)
  t.false(await isHeld(name))
})

const HOLD = `
import { lockLab } from '${new URL('../../src/lab/lock.ts', import.meta.url).href}'
const lock = await lockLab({ lab: process.argv[1], command: 'test', waitMs: 0 })
console.log('held')
setInterval(() => lock, 1000)
`
