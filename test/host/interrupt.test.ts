import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { readJournal } from '../../src/lab/journal.ts'
import { projectRoot } from '../../src/linux/gather-facts.ts'
import { lab, randomLabName, stateExists, hostTest as test, waitFor } from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'

interface Running {
  readonly name: string
  readonly send: (signal: NodeJS.Signals) => void
  readonly stderr: () => string
  readonly ended: Promise<number | NodeJS.Signals>
}

/** `lab up` as a terminal's foreground job: a signal reaches its whole process group, as Ctrl-C does. */
function startUp(topology: string, options: readonly string[] = []): Running {
  const name = randomLabName()
  const child = spawn(join(projectRoot, 'lab'), ['up', topology, '--name', name, ...options], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text
  })
  return {
    name,
    send: signal => process.kill(-(child.pid ?? 0), signal),
    stderr: () => said,
    ended: once(child, 'close').then(([code, signal]) => code ?? signal),
  }
}

function hasBegun(name: string, kind: string): boolean {
  return [...readJournal(name).begun].some(id => id.startsWith(kind))
}

const moments = {
  'when its files are written': name => hasBegun(name, 'file:'),
  'when the first namespace exists': name => existsSync(`/run/netns/lab-${name}-controller`),
  'while links are made': name => hasBegun(name, 'link:'),
  'while services start': name => hasBegun(name, 'service:dnsmasq'),
  'while guests lease': name => hasBegun(name, 'service:udhcpc'),
} satisfies Record<string, (name: string) => boolean>

for (const [moment, condition] of Object.entries(moments))
  for (const mode of ['dhcp-mode', 'router-mode'])
    test(`Ctrl-C ${moment} of ${mode} rolls back, says so and exits with 130`, async t => {
      const before = await snapshotMachine()
      const up = startUp(mode)
      await waitFor(moment, () => condition(up.name))
      up.send('SIGINT')
      t.is(await up.ended, 130, up.stderr())
      t.regex(up.stderr(), /Interrupted: taking away what was built …/)
      t.regex(
        up.stderr(),
        /✖ Interrupted\n +All of it was taken away again; the machine is as before\./,
      )
      await isAsBefore(t, before)
    })

test('SIGTERM rolls back as Ctrl-C does', async t => {
  const before = await snapshotMachine()
  const up = startUp('dhcp-mode')
  await waitFor('a namespace', () => existsSync(`/run/netns/lab-${up.name}-controller`))
  up.send('SIGTERM')
  t.is(await up.ended, 143)
  await isAsBefore(t, before)
})

test('a second Ctrl-C ends lab up at once, and lab down takes away what it left', async t => {
  const before = await snapshotMachine()
  const up = startUp('dhcp-mode')
  await waitFor('guests lease', () => hasBegun(up.name, 'service:udhcpc'))
  up.send('SIGINT')
  await waitFor('the rollback begins', () => up.stderr().includes('taking away'))
  up.send('SIGINT')
  t.is(await up.ended, 130)
  if (stateExists(up.name)) t.is((await lab(['down', up.name])).exitCode, 0)
  await isAsBefore(t, before)
})

test('with --keep-on-error an interrupted lab stays as far as it came, and lab up goes on', async t => {
  const before = await snapshotMachine()
  const up = startUp('dhcp-mode', ['--keep-on-error'])
  await waitFor('a namespace', () => existsSync(`/run/netns/lab-${up.name}-controller`))
  up.send('SIGINT')
  t.is(await up.ended, 130)
  t.regex(
    up.stderr(),
    new RegExp(
      `\`\\S*lab up dhcp-mode .*--name ${up.name}.*\` goes on, \`\\S*lab down ${up.name}\``,
    ),
  )
  t.true(existsSync(`/run/netns/lab-${up.name}-controller`))
  const again = await lab(['up', 'dhcp-mode', '--name', up.name])
  t.is(again.exitCode, 0, again.stderr)
  t.is((await lab(['down', up.name])).exitCode, 0)
  await isAsBefore(t, before)
})

test('Ctrl-C of a lab up that changes a standing lab keeps the lab', async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  await lab(['up', 'dhcp-mode', '--name', name])
  const up = startUp('dhcp-mode', ['--name', name, '--release', '2026.1'])
  await waitFor('the change begins', () => readJournal(name).phase === 'building')
  up.send('SIGINT')
  t.is(await up.ended, 130)
  t.true(stateExists(name))
  const back = await lab(['up', 'dhcp-mode', '--name', name])
  t.is(back.exitCode, 0, back.stderr)
  t.is((await lab(['status', name])).exitCode, 0)
  t.is((await lab(['down', name])).exitCode, 0)
  await isAsBefore(t, before)
})

async function isAsBefore(
  t: ExecutionContext,
  before: Awaited<ReturnType<typeof snapshotMachine>>,
): Promise<void> {
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
}
