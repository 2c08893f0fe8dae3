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
import { journalPathOf, recordPathOf } from '../../src/lab/paths.ts'
import { readRecord } from '../../src/lab/record.ts'
import { crash, walk } from './support/crash.ts'
import { lab, randomLabName, stateExists, hostTest as test } from './support/lab.ts'
import { changesOfMachine, type MachineSnapshot, snapshotMachine } from './support/machine.ts'

//  vm1, vm2 ── qdhcp ── agent ── API      vm1, vm2 ── qrouter ── agent ── API
const modes = ['dhcp-mode', 'router-mode'] as const

/** Several labs crash at once, and one `lab down` takes them all away: that is four times as fast. */
const WIDTH = 5

/** Before an effect, after it, and after the journal's note of it; a router's are effects of the same kinds. */
const moments = [
  ['dhcp-mode', 'begin'],
  ['dhcp-mode', 'made'],
  ['dhcp-mode', 'done'],
  ['router-mode', 'begin'],
] as const

for (const [mode, event] of moments)
  test(`kill -9 of lab up ${mode} at every "${event}", then lab down: nothing is left`, async t => {
    const before = await snapshotMachine()
    const walked = await walk(WIDTH, async ks => {
      const names = ks.map(() => randomLabName())
      const crashed = await Promise.all(
        ks.map((k, index) => crash('crash-up', [mode, names[index] ?? '', event, `${k}`])),
      )
      await takeDownAll(t, names, before, `at ${event} ${ks.join(', ')}`)
      return crashed
    })
    t.true(walked > 20, `${walked} effects were walked`)
  })

for (const mode of modes)
  test(`kill -9 of lab down of ${mode} before every effect, then lab down: nothing is left`, async t => {
    const before = await snapshotMachine()
    const walked = await walk(WIDTH, async ks => {
      const names = ks.map(() => randomLabName())
      await Promise.all(names.map(name => crash('crash-up', [mode, name, 'none', '1'])))
      const crashed = await Promise.all(
        ks.map((k, index) => crash('crash-down', [names[index] ?? '', `${k}`])),
      )
      await takeDownAll(t, names.filter(stateExists), before, `before effect ${ks.join(', ')}`)
      return crashed
    })
    t.true(walked > 15, `${walked} effects were walked`)
  })

for (const mode of modes)
  test(`namespaces of ${mode} that lab down had deleted before it was killed are no error`, async t => {
    const before = await snapshotMachine()
    const names = Array.from({ length: 4 }, randomLabName)
    await Promise.all(names.map(name => crash('crash-up', [mode, name, 'none', '1'])))
    await Promise.all(
      names.map(async (name, index) => {
        for (const namespace of namespacesOf(name).slice(0, index + 1))
          await execa('ip', ['netns', 'delete', namespace])
      }),
    )
    await takeDownAll(t, names, before, 'after some namespaces')
  })

for (const mode of modes)
  test(`lab up ${mode}, killed anywhere, goes on when it is run again`, async t => {
    const before = await snapshotMachine()
    for (const k of [1, 12, 29, 33, 36, 40, 44]) {
      const name = randomLabName()
      const event = k % 2 === 0 ? 'begin' : 'made'
      await crash('crash-up', [mode, name, event, `${k}`])
      const again = await lab(['up', mode, '--name', name])
      t.is(again.exitCode, 0, `after ${event} ${k}: ${again.stderr}`)
      t.regex(again.stdout, /fetched http/, `after ${event} ${k}`)
      t.is((await lab(['status', name])).exitCode, 0)
      await takeDownAll(t, [name], before, `after ${event} ${k}`)
    }
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
