import { once } from 'node:events'
import { execa } from 'execa'
import { summarizeJournal } from '../../src/lab/journal.ts'
import { removeSteps } from '../../src/lab/remove-steps.ts'
import { namespaceIdentityOf } from '../../src/linux/namespace-identity.ts'
import { run } from '../../src/linux/run.ts'
import type { Step } from '../../src/plan/step.ts'
import { randomLabName, hostTest as test } from './support/lab.ts'
import { readIn } from './support/namespace.ts'

// The kernel takes the devices of a deleted namespace away in its own time, and their other ends with them; while somebody is
// in it, not at all. Where several hosts become one the wires go, and the provider's router, which is plugged in there, stays.
test('a cable to a namespace that stays is gone with the one that goes, and its name is free at once', async t => {
  const lab = randomLabName()
  const [goes, stays] = [`lab-${lab}-goes`, `lab-${lab}-stays`]
  const place = { host: 'controller', source: [], needs: [], why: 'a test' } as const
  const cable = `link add near type veth peer name far netns ${stays}`
  const steps: Step[] = [
    { ...place, kind: 'netns', id: `netns:${goes}`, phase: 'namespaces', namespace: goes },
    {
      ...place,
      kind: 'ip',
      id: 'link',
      phase: 'wiring',
      namespace: goes,
      lines: [cable],
      removeLines: ['link delete near'],
      expects: {},
    },
  ]
  const closes: (() => Promise<void>)[] = []
  try {
    for (const namespace of [goes, stays]) await run(['ip', 'netns', 'add', namespace], { lab })
    await run(['ip', '-n', goes, ...cable.split(' ')] as [string, ...string[]], { lab })
    const shell = execa('ip', ['netns', 'exec', goes, 'cat'])
    shell.stdin.write('entered')
    await once(shell.stdout, 'data')
    closes.push(async () => {
      shell.stdin.end()
      await shell
    })
    const namespaces = new Map([[goes, namespaceIdentityOf(goes) ?? '']])
    const journal = { ...summarizeJournal([]), namespaces }
    t.deepEqual(await removeSteps(steps, { lab, journal }), [])
    t.is(namespaceIdentityOf(goes), null)
    t.notRegex(await readIn(stays, 'ip', 'link'), /far/)
  } finally {
    for (const close of closes) await close()
    for (const namespace of [goes, stays])
      if (namespaceIdentityOf(namespace) !== null)
        await run(['ip', 'netns', 'delete', namespace], { lab })
  }
})
