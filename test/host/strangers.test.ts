import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { execa } from 'execa'
import { deriveCloud } from '../../src/cloud/derive-cloud.ts'
import { loadTopologyFile } from '../../src/lab/load-topology-file.ts'
import { journalPathOf } from '../../src/lab/paths.ts'
import { takeDown } from '../../src/lab/take-down.ts'
import { bringUp } from '../../src/lab/up.ts'
import { gatherFacts } from '../../src/linux/gather-facts.ts'
import { identify, isAlive, type ProcessIdentity } from '../../src/linux/process-table.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { stepIds } from '../../src/plan/names.ts'
import {
  lab,
  randomLabName,
  stateExists,
  hostTest as test,
  waitFor,
  withLab,
  withTopologyFile,
} from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'
import { namespaceLike } from './support/services.ts'
import { cleanOnly, downAll } from './support/sweep.ts'

/** A namespace of somebody else's, with a device and a process in it, which must all be there afterwards. */
async function withForeignNamespace(
  t: ExecutionContext,
  name: string,
  body: () => Promise<void>,
): Promise<void> {
  await execa('ip', ['netns', 'add', name])
  await execa('ip', ['-n', name, 'link', 'add', 'theirs', 'type', 'bridge'])
  const sleeper = await startIn(name)
  try {
    await body()
    t.true(isAlive(sleeper), `the process in ${name} lives`)
    t.regex((await execa('ip', ['-n', name, 'link', 'show', 'theirs'])).stdout, /theirs/)
  } finally {
    process.kill(sleeper.pid, 'SIGKILL')
    await waitFor('the sleeper ends', () => !isAlive(sleeper))
    await execa('ip', ['netns', 'delete', name], { reject: false })
  }
}

async function startIn(namespace: string): Promise<ProcessIdentity> {
  const child = spawn('ip', ['netns', 'exec', namespace, 'sleep', '300'], { stdio: 'ignore' })
  await once(child, 'spawn')
  const pid = child.pid ?? 0
  await waitFor('sleep runs', () => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n')
  const identity = identify(pid)
  if (identity === null) throw new Error('sleep has ended')
  return identity
}

for (const kind of [/^qdhcp-/, /-vm2$/, /-controller$/])
  test(`a foreign namespace with the name of one like ${kind} is refused before anything is changed`, async t => {
    const name = randomLabName()
    const { plan } = await planOf(name)
    const namespaces = plan.steps.flatMap(step => (step.kind === 'netns' ? [step.namespace] : []))
    const namespace = namespaces.find(one => kind.test(one)) ?? ''
    await withForeignNamespace(t, namespace, async () => {
      const before = await snapshotMachine()
      const { exitCode, stderr } = await lab(['up', 'dhcp-mode', '--name', name])
      t.is(exitCode, 1)
      t.regex(
        stderr,
        new RegExp(`network namespace ${namespace} exists already and is not this lab's`),
      )
      t.regex(stderr, /Nothing was changed\./)
      t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
      const script = await lab(['up', 'dhcp-mode', '--name', name, '--dry-run'])
      t.not((await execa('bash', { input: script.stdout, reject: false })).exitCode, 0)
      t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
    })
  })

/** Of dhcp-mode under that name. */
async function planOf(name: string) {
  const { topology } = await loadTopologyFile('dhcp-mode')
  const cloud = deriveCloud(topology, { lab: name, secret: 'secret' })
  return { cloud, plan: buildPlan(cloud, gatherFacts()) }
}

test("a directory below /etc/netns that is not the lab's is refused and left as it is", async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  const directory = `/etc/netns/lab-${name}-vm1`
  const wasThere = existsSync('/etc/netns')
  mkdirSync(directory, { recursive: true })
  writeFileSync(`${directory}/resolv.conf`, 'nameserver 192.0.2.1\n')
  const { exitCode, stderr } = await lab(['up', 'dhcp-mode', '--name', name])
  t.is(exitCode, 1)
  t.regex(stderr, new RegExp(`${directory} exists already and is not this lab's`))
  t.is(readFileSync(`${directory}/resolv.conf`, 'utf8'), 'nameserver 192.0.2.1\n')
  t.false(stateExists(name))
  rmSync(wasThere ? directory : '/etc/netns', { recursive: true })
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

test('/etc/netns that existed before stays, with what is in it', async t => {
  const wasThere = existsSync('/etc/netns')
  mkdirSync('/etc/netns/theirs', { recursive: true })
  await withLab(t, 'dhcp-mode', async () => {
    t.true(existsSync('/etc/netns/theirs'))
  })
  t.true(existsSync('/etc/netns/theirs'))
  rmSync('/etc/netns/theirs', { recursive: true })
  await withLab(t, 'dhcp-mode', async () => {
    t.true(existsSync('/etc/netns'))
  })
  t.is(existsSync('/etc/netns'), true, 'empty, but not made by a lab')
  if (!wasThere) rmSync('/etc/netns', { recursive: true })
})

test('a foreign process in a namespace of a lab outlives lab down, which names its pid', async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  await lab(['up', 'dhcp-mode', '--name', name])
  const sleeper = await startIn(namespaceLike(name, /^qdhcp-/))
  const { exitCode, stdout } = await lab(['down', name])
  t.is(exitCode, 0)
  t.regex(
    stdout,
    new RegExp(`pid ${sleeper.pid} \\(sleep 300\\) was not started by lab and was left alone`),
  )
  t.true(isAlive(sleeper))
  process.kill(sleeper.pid, 'SIGKILL')
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

test('foreign namespaces with alike names are untouched by down --all and clean', async t => {
  const name = randomLabName()
  await withForeignNamespace(t, `lab-${name}-vm9`, async () => {
    await withForeignNamespace(t, `lab-${name}x-vm1`, async () => {
      t.is((await lab(['up', 'dhcp-mode', '--name', name])).exitCode, 0)
      t.is((await downAll(t, [name])).exitCode, 0)
      t.is((await lab(['up', 'dhcp-mode', '--name', name])).exitCode, 0)
      appendFileSync(journalPathOf(name), '{"event":"removing","at":"now"}\n')
      t.is((await cleanOnly(t, [name])).exitCode, 0)
      t.false(stateExists(name))
    })
  })
})

test("somebody else's namespace under the name of one that was the lab's is not deleted", async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  await lab(['up', 'dhcp-mode', '--name', name])
  const namespace = namespaceLike(name, /-vm2$/)
  await execa('ip', ['netns', 'delete', namespace])
  await withForeignNamespace(t, namespace, async () => {
    const status = await lab(['status', name])
    t.is(status.exitCode, 1)
    t.regex(status.stdout, new RegExp(`namespace ${namespace} `))
    const again = await lab(['up', 'dhcp-mode', '--name', name])
    t.is(again.exitCode, 1)
    t.regex(again.stderr, new RegExp(`${namespace} exists already and is not this lab's`))
    t.is((await lab(['down', name])).exitCode, 0)
    t.true(existsSync(`/run/netns/${namespace}`))
  })
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

const sameIds = `
networks:
  private:
    id: 11111111-2222-4333-8444-555555555555
    subnets: [{cidr: 192.168.30.0/24}]
neutron: {dhcp_agent: {enable_isolated_metadata: true}}
instances:
  vm1: {networks: [private]}
`

test('of two labs with the same ids the second is refused and told whose they are', async t => {
  await withTopologyFile(sameIds, async path => {
    await withLab(t, path, async first => {
      const before = await snapshotMachine()
      const name = randomLabName()
      const second = await lab(['up', path, '--name', name])
      t.is(second.exitCode, 1)
      t.regex(second.stderr, new RegExp(`qdhcp-11111111\\S+ is lab ${first.name}'s`))
      t.regex(second.stderr, new RegExp(`\`\\S*lab down ${first.name}\` frees it`))
      t.false(stateExists(name))
      t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
      await first.inNode('vm1', ['curl', '-sf', 'http://169.254.169.254/latest/meta-data/'])
    })
  })
})

test('of two labs with the same ids that start at once exactly one comes to stand', async t => {
  const before = await snapshotMachine()
  await withTopologyFile(sameIds, async path => {
    const names = [randomLabName(), randomLabName()]
    const ups = await Promise.all(names.map(name => lab(['up', path, '--name', name])))
    t.deepEqual(ups.map(({ exitCode }) => exitCode).toSorted(), [0, 1])
    const winner = names[ups.findIndex(({ exitCode }) => exitCode === 0)] ?? ''
    t.is((await lab(['status', winner])).exitCode, 0)
    t.is((await lab(['down', winner])).exitCode, 0)
  })
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

test("somebody else's namespace, made after the lab had claimed its name, outlives the rollback", async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  const namespace = `lab-${name}-vm2`
  const { cloud, plan } = await planOf(name)
  t.true(plan.steps.some(({ id }) => id === stepIds.namespace(namespace)))
  const building = bringUp({
    topology: 'dhcp-mode',
    kept: { text: '', edited: false },
    cloud,
    plan,
    signal: new AbortController().signal,
    onEvent: event => {
      if (
        event.event === 'begin' &&
        event.steps.some(({ id }) => id === stepIds.namespace(namespace))
      )
        execFileSync('ip', ['netns', 'add', namespace])
    },
  })
  await t.throwsAsync(building, { name: 'ApplyFailed' })
  await takeDown(name)
  t.true(existsSync(`/run/netns/${namespace}`))
  await execa('ip', ['netns', 'delete', namespace])
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})
