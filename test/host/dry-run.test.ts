import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { execa } from 'execa'
import { projectRoot } from '../../src/linux/gather-facts.ts'
import { labAsNobody } from './support/as-nobody.ts'
import { describeOnMachine } from './support/describe-lab.ts'
import {
  lab,
  processTest,
  randomLabName,
  stateExists,
  hostTest as test,
  withTopologyFile,
} from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'
import { uuidSeenBy } from './support/namespace.ts'
import { pipeToBash } from './support/pipe-to-bash.ts'
import { describeLab, namesIn } from './support/standing-labs.ts'

/**
 * A topology that ships, so that two buildings of it can be compared: with a secret of its own, and one DHCP agent for each
 * network, since it is chance which of two a guest hears first.
 */
function withSecret(name: string): string {
  const text = readFileSync(`${projectRoot}/topologies/${name}.yaml`, 'utf8')
  return text
    .replace('dhcp_agents_per_network: 2', 'dhcp_agents_per_network: 1')
    .replace(
      '  dhcp_agent:\n',
      '  metadata_agent: {metadata_proxy_shared_secret: 0123456789abcdef}\n  dhcp_agent:\n',
    )
}

for (const [modeTest, shipped, ...options] of [
  [test, 'dhcp-mode'],
  [processTest, 'router-mode'],
  [processTest, 'router-mode', '--release', '2026.1'],
  [processTest, 'hosts'],
] as const)
  modeTest(
    `${[shipped, ...options].join(' ')}: the script builds the same lab as lab up`,
    async t => {
      await withTopologyFile(withSecret(shipped), async path => {
        const before = await snapshotMachine()
        const name = randomLabName()
        const args = [path, '--name', name, ...options]
        try {
          const up = await lab(['up', ...args])
          t.is(up.exitCode, 0, up.stderr)
          const built = describeLab(name, up)
          const byLab = await describeOnMachine(built)
          t.is((await lab(['down', name])).exitCode, 0)

          const script = await lab(['up', '--dry-run', ...args])
          t.is(script.exitCode, 0, script.stderr)
          const ran = await pipeToBash(script.stdout)
          t.is(ran.exitCode, 0, ran.stderr)
          t.is(ran.stderr, '')
          t.deepEqual(await describeOnMachine(describeLab(name, ran)), byLab)
          const { guest, instance } = namesIn(built)
          t.is(await uuidSeenBy(guest('vm1')), instance('vm1').id)

          const status = JSON.parse((await lab(['status', name, '--json'])).stdout)
          t.is(status.state, 'stands')
          t.deepEqual(status.differences, [])
          const again = await lab(['up', ...args])
          t.regex(again.stdout, /nothing changes/)
          const twice = await pipeToBash(script.stdout)
          t.is(twice.exitCode, 1)
          t.regex(twice.stderr, new RegExp(`^lab: /var/lib/lab/${name} exists`))
        } finally {
          if (stateExists(name)) t.is((await lab(['down', name])).exitCode, 0)
        }
        t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
      })
    },
  )

processTest(
  'the script refuses a namespace that is somebody else’s, and changes nothing',
  async t => {
    const before = await snapshotMachine()
    const name = randomLabName()
    const { stdout: script } = await lab(['up', '--dry-run', 'dhcp-mode', '--name', name])
    await execa('ip', ['netns', 'add', `lab-${name}-vm1`])
    try {
      const { exitCode, stderr } = await pipeToBash(script)
      t.is(exitCode, 1)
      t.is(stderr, `lab: network namespace lab-${name}-vm1 exists and is not this lab's`)
      t.false(stateExists(name))
    } finally {
      await execa('ip', ['netns', 'delete', `lab-${name}-vm1`])
    }
    t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
  },
)

processTest(
  'the script stops at the first error, says what to do, and lab down does it',
  async t => {
    const before = await snapshotMachine()
    const name = randomLabName()
    const { stdout: script } = await lab(['up', '--dry-run', 'dhcp-mode', '--name', name])
    const broken = script.replace(/^link set \S+ master /m, 'link set nothing-here master ')
    t.not(broken, script)
    try {
      const { exitCode, stderr, stdout } = await pipeToBash(broken)
      t.not(exitCode, 0)
      t.regex(stderr, /nothing-here/)
      t.regex(
        stderr,
        new RegExp(`lab: stopped at line \\d+; \`lab down ${name}\` takes away what stands`),
      )
      t.is(stdout, '')
      t.false(existsSync(`/var/lib/lab/${name}/run/supervisor.pid`))
    } finally {
      t.is((await lab(['down', name])).exitCode, 0)
    }
    t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
  },
)

test('printing changes nothing, and two prints differ in the secret alone', async t => {
  const before = await snapshotMachine()
  const print = async () =>
    (await lab(['up', '--dry-run', 'router-mode', '--release', '2026.1'])).stdout
  const [one, other] = [await print(), await print()]
  const secret = /"metadata_proxy_shared_secret":"([0-9a-f]{32})"/.exec(one)?.[1] ?? ''
  t.is(secret.length, 32)
  t.false(other.includes(secret))
  const withoutSecret = (text: string) =>
    text.replaceAll(/(metadata_proxy_shared_secret\\?":\\?")[0-9a-f]{32}/g, '$1')
  t.is(withoutSecret(other), withoutSecret(one))
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

// Whom an engine lets ask, it says itself.
processTest('printing needs no root', async t => {
  const folder = '/tmp/lab-test-home'
  mkdirSync(folder, { recursive: true })
  try {
    const { exitCode, stdout, stderr } = await labAsNobody(['up', '--dry-run', 'dhcp-mode'], {
      env: { HOME: folder },
    })
    t.is(exitCode, 0, stderr)
    t.true(stdout.startsWith('#!/bin/bash\n'))
    const { exitCode: ran, stderr: why } = await execa(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', 'bash'],
      { reject: false, input: stdout },
    )
    t.is(ran, 1)
    t.is(why, 'lab: this script needs root: pipe it to `sudo bash`')
    t.deepEqual(readdirSync(folder), [])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
