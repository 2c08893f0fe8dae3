import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import type { ExecutionContext } from 'ava'
import { execa } from 'execa'
import fc from 'fast-check'
import { journalPathOf, recordPathOf } from '../../src/lab/paths.ts'
import { readRecord } from '../../src/lab/record.ts'
import { crash, walk } from './support/crash.ts'
import { kindsOfEffects } from './support/kinds-of-effects.ts'
import { lab, randomLabName, stateExists, hostTest as test } from './support/lab.ts'
import { changesOfMachine, type MachineSnapshot, snapshotMachine } from './support/machine.ts'
import { testSeed } from './support/test-seed.ts'

//  vm1, vm2 ── qdhcp ── agent ── API      vm1, vm2 ── qrouter ── agent ── API
const modes = ['dhcp-mode', 'router-mode'] as const
type Mode = (typeof modes)[number]

const events = ['begin', 'made', 'done'] as const

/** Several labs crash at once, and one `lab down` takes them all away: that is four times as fast. */
const WIDTH = 5

/** Of effects of the same kind the first, and of all some that are drawn; of a router those that are its own. */
const moments = [
  ['dhcp-mode', 'begin', 5],
  ['dhcp-mode', 'made', 5],
  ['router-mode', 'begin', 0],
  ['router-mode', 'made', 0],
] as const

for (const [mode, event, drawn] of moments)
  test(`kill -9 of lab up ${mode} at the "${event}" of each kind of effect, then lab down: nothing is left`, async t => {
    const before = await snapshotMachine()
    const places = [...(await ownKindsOf(mode)), ...drawEffects(event, drawn)]
    t.true(places.length > 5, places.join())
    await killAt(t, mode, event, places, before)
  })

test('kill -9 of lab up once the journal has noted an effect as done, then lab down: nothing is left', async t => {
  const before = await snapshotMachine()
  // What comes then is the "begin" of another effect, which is killed at for each kind.
  await killAt(t, 'dhcp-mode', 'done', drawEffects('done', 2 * WIDTH), before)
})

async function killAt(
  t: ExecutionContext,
  mode: Mode,
  event: string,
  places: readonly string[],
  before: MachineSnapshot,
): Promise<void> {
  for (const some of inWidths(places)) {
    const names = some.map(() => randomLabName())
    const crashed = await Promise.all(
      some.map((place, index) => crash('crash-up', [mode, names[index] ?? '', event, place])),
    )
    const when = `at ${event} of ${some.join(', ')}, drawn by LAB_TEST_SEED=${testSeed}`
    t.false(crashed.includes(false), when)
    await takeDownAll(t, names, before, when)
  }
}

/** All of dhcp-mode's, and those of router-mode that dhcp-mode has not. */
async function ownKindsOf(mode: Mode): Promise<readonly string[]> {
  const known = mode === 'dhcp-mode' ? [] : await kindsOfEffects('dhcp-mode')
  return (await kindsOfEffects(mode)).filter(kind => !known.includes(kind))
}

/** Others for each event, none twice, and each as likely as any. */
function drawEffects(event: (typeof events)[number], count: number): readonly string[] {
  const all = Array.from({ length: 40 }, (_, index) => `${index + 1}`)
  const some = fc.noBias(fc.shuffledSubarray(all, { minLength: count, maxLength: count }))
  return fc.sample(some, { numRuns: 1, seed: testSeed + events.indexOf(event) }).flat()
}

function inWidths<T>(all: readonly T[]): readonly (readonly T[])[] {
  const firsts = Array.from({ length: Math.ceil(all.length / WIDTH) }, (_, index) => index * WIDTH)
  return firsts.map(first => all.slice(first, first + WIDTH))
}

/** With a router there are all kinds of processes, namespaces and files; what goes first does in any other lab, too. */
test('kill -9 of lab down before every effect, then lab down: nothing is left', async t => {
  const before = await snapshotMachine()
  const walked = await walk(WIDTH, async ks => {
    const names = ks.map(() => randomLabName())
    await Promise.all(names.map(name => crash('crash-up', ['router-mode', name, 'none', '1'])))
    const crashed = await Promise.all(
      ks.map((k, index) => crash('crash-down', [names[index] ?? '', `${k}`])),
    )
    await takeDownAll(t, names.filter(stateExists), before, `before effect ${ks.join(', ')}`)
    return crashed
  })
  t.true(walked > 15, `${walked} effects were walked`)
})

test('namespaces that lab down had deleted before it was killed are no error', async t => {
  const before = await snapshotMachine()
  const counts = [1, 2, 4, 6]
  const names = counts.map(() => randomLabName())
  await Promise.all(names.map(name => crash('crash-up', ['router-mode', name, 'none', '1'])))
  await Promise.all(
    names.map(async (name, index) => {
      for (const namespace of namespacesOf(name).slice(0, counts[index]))
        await execa('ip', ['netns', 'delete', namespace])
    }),
  )
  await takeDownAll(t, names, before, 'after some namespaces')
})

/** One or two of each phase: files, namespaces, what is in them, services, leases. */
const halfWay: Readonly<Record<Mode, readonly (readonly [event: string, kind: string])[]>> = {
  'dhcp-mode': [
    ['made', 'directory:/var/lib/lab/'],
    ['begin', 'netns:lab--controller'],
    ['made', 'file:/etc/netns/lab--vm/resolv.conf'],
    ['begin', 'ip in qdhcp-'],
    ['begin', 'service:dnsmasq-'],
    ['made', 'service:neutron-dhcp-agent'],
    ['begin', 'leased:udhcpc-vm-eth0'],
  ],
  'router-mode': [
    ['made', 'rules4:qrouter-'],
    ['begin', 'ip in qrouter-'],
    ['made', 'service:neutron-l3-agent'],
  ],
}

for (const mode of modes)
  test(`lab up ${mode}, killed anywhere, goes on when it is run again`, async t => {
    const before = await snapshotMachine()
    const places = halfWay[mode]
    const names = places.map(() => randomLabName())
    for (const [index, [event, kind]] of places.entries()) {
      const [name = '', when] = [names[index], `after ${event} of ${kind}`]
      t.true(await crash('crash-up', [mode, name, event, kind]), when)
      const again = await lab(['up', mode, '--name', name])
      t.is(again.exitCode, 0, `${when}: ${again.stderr}`)
      t.regex(again.stdout, /fetched http/, when)
      t.is((await lab(['status', name])).exitCode, 0, when)
    }
    await takeDownAll(t, names, before, 'after all of them')
  })

test('what a killed lab up leaves before and while it writes its record is cleared away', async t => {
  const before = await snapshotMachine()
  const [bare, unfinished] = [randomLabName(), randomLabName()]
  for (const name of [bare, unfinished]) mkdirSync(`/var/lib/lab/${name}`, { recursive: true })
  writeFileSync(`${recordPathOf(unfinished)}.new`, '{"format":1,"la')
  t.is(JSON.parse((await lab(['list', '--json'])).stdout).length, 2 + labsIn(before))
  await takeDownAll(t, [bare, unfinished], before, 'without a record')
})

test('an empty state directory is no obstacle to lab up', async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  mkdirSync(`/var/lib/lab/${name}`, { recursive: true })
  t.is((await lab(['up', 'dhcp-mode', '--name', name])).exitCode, 0)
  await takeDownAll(t, [name], before, 'built on it')
})

test('a torn last line of the journal is passed over', async t => {
  const before = await snapshotMachine()
  const [torn, cut] = [randomLabName(), randomLabName()]
  await Promise.all([torn, cut].map(name => crash('crash-up', ['dhcp-mode', name, 'done', '34'])))
  appendFileSync(journalPathOf(torn), '{"event":"begin","steps":["netns:lab-')
  truncateSync(journalPathOf(cut), readFileSync(journalPathOf(cut)).length - 7)
  const again = await lab(['up', 'dhcp-mode', '--name', torn])
  t.is(again.exitCode, 0, again.stderr)
  await takeDownAll(t, [torn, cut], before, 'with a torn line')
})

test('a record without a journal is cleared away, and a namespace of its name left alone', async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  await crash('crash-up', ['dhcp-mode', name, 'begin', '1'])
  rmSync(journalPathOf(name))
  const [namespace = ''] = namespacesOf(name)
  await execa('ip', ['netns', 'add', namespace])
  t.is((await lab(['down', name])).exitCode, 0)
  t.true(existsSync(`/run/netns/${namespace}`))
  await execa('ip', ['netns', 'delete', namespace])
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

async function takeDownAll(
  t: ExecutionContext,
  names: readonly string[],
  before: MachineSnapshot,
  when: string,
): Promise<void> {
  if (names.length > 0) {
    const down = await lab(['down', ...names])
    t.is(down.exitCode, 0, `${when}: ${down.stderr}`)
  }
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [], when)
}

function namespacesOf(name: string): string[] {
  return (readRecord(name)?.plan.steps ?? []).flatMap(step =>
    step.kind === 'netns' ? [step.namespace] : [],
  )
}

function labsIn({ labs = [] }: MachineSnapshot): number {
  return labs.filter(name => !name.startsWith('.') && name !== '(absent)').length
}
