import { readFileSync, writeFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { execa } from 'execa'
import { journalPathOf } from '../../../src/lab/paths.ts'
import { readRecord } from '../../../src/lab/record.ts'
import { namespaceIdentityOf } from '../../../src/linux/namespace-identity.ts'
import { containersOf, runtimes, runtimeTest } from '../support/engines.ts'
import { lab, randomLabName, stateExists, waitFor } from '../support/lab.ts'
import { changesOfMachine, type MachineSnapshot, snapshotMachine } from '../support/machine.ts'
import {
  type PrivateEngine,
  removePrivateEngines,
  startPrivateEngine,
} from '../support/private-engine.ts'
import { namespacesOf, pidsOf, statusOf } from '../support/services.ts'

for (const runtime of runtimes) {
  const { name: kind } = runtime
  if (kind === 'process') continue
  runtimeTest(runtime, 'an engine that ends and comes back leaves a lab whole', async t => {
    await withLabAt(kind, async (engine, name) => {
      const wiring = await wiringOf(name)
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await engine.end(signal)
        const beganAt = performance.now()
        await engine.start()
        const answeredAt = performance.now()
        await waitFor(
          'the chain comes back',
          async () => (await statusOf(name)).ended.exitCode === 0,
        )
        t.log(
          `${signal}: ${kind} answers after ${since(beganAt)}, the chain after ${since(answeredAt)} more`,
        )
        t.deepEqual(await wiringOf(name), wiring)
        await canFetch(t, name)
      }
    })
  })

  runtimeTest(runtime, 'while an engine is away, commands say so and change nothing', async t => {
    await withLabAt(kind, async (engine, name) => {
      await engine.end('SIGKILL')
      const { host } = engine
      const stood = { ...pidsOf(name), ...(await wiringOf(name)) }
      const refused = new RegExp(`Cannot use the container engine at ${host}: nobody listens there`)
      const status = await lab(['status', name])
      t.regex(status.stdout, refused)
      t.regex(status.stdout, /\n {2}Start the engine that should listen at /)
      const env = { DOCKER_HOST: host }
      for (const words of [
        ['--lab', name, 'restart', 'haproxy'],
        ['--lab', name, 'logs', 'haproxy'],
        ['up', 'dhcp-mode', '--name', name, '--runtime', 'process'],
        ['up', 'dhcp-mode', '--name', name, '--runtime', 'docker'],
        ['up', 'dhcp-mode', '--name', name, '--runtime', 'auto', '--release', '2026.1'],
      ]) {
        const ended = await lab(words, { env })
        t.is(ended.exitCode, 3, words.join(' '))
        t.regex(ended.stderr, refused)
        t.regex(ended.stderr, /Nothing was changed\./)
        t.regex(ended.stderr, /Start the engine that should listen at /)
      }
      t.deepEqual({ ...pidsOf(name), ...(await wiringOf(name)) }, stood)
      await engine.start()
    })
  })

  runtimeTest(
    runtime,
    'lab down without the engine takes the rest away, and what to do for containers is told',
    async t => {
      await withLabAt(kind, async (engine, name) => {
        const namespaces = namespacesOf(name)
        await engine.end('SIGKILL')
        const down = await lab(['down', name])
        t.is(down.exitCode, 1)
        t.regex(down.stderr, /The rest is gone; the record of the lab is kept\./)
        t.regex(down.stderr, /Start the engine that should listen at .*\./)
        t.regex(down.stderr, new RegExp(`rm -r /var/lib/lab/${name}\` makes lab forget it`))
        t.deepEqual(namespaces.filter(namespaceIdentityOf), [])
        t.deepEqual(pidsOf(name), {})
        await engine.start()
        const again = await lab(['down', name])
        t.is(again.exitCode, 0, again.stderr)
        t.deepEqual(await containersOf(engine.host, name), [])
      })
    },
  )

  runtimeTest(runtime, 'after a reboot containers stay down until lab up or lab clean', async t => {
    await withLabAt(kind, async (engine, name) => {
      await reboot(engine, name)
      const { state } = await statusOf(name)
      t.is(state, 'gone since reboot')
      await noneRuns(engine, name)
      const up = await lab(['up', 'dhcp-mode', '--name', name, '--runtime', 'auto'])
      t.is(up.exitCode, 0, up.stderr)
      await canFetch(t, name)
      await reboot(engine, name)
      await noneRuns(engine, name)
      const down = await lab(['down', name])
      t.is(down.exitCode, 0, down.stderr)
      t.deepEqual(await containersOf(engine.host, name), [])
    })
  })
}

/** An engine of each kind for all tests, since each has the image loaded, and a lab that stands until one takes it down. */
const engines = new Map<'docker' | 'podman', PrivateEngine>()
const labNames: string[] = []
let before: MachineSnapshot | undefined

async function withLabAt(
  kind: 'docker' | 'podman',
  body: (engine: PrivateEngine, name: string) => Promise<void>,
): Promise<void> {
  before ??= await snapshotMachine()
  const engine = engines.get(kind) ?? (await startPrivateEngine(kind))
  engines.set(kind, engine)
  await engine.start()
  await body(engine, labNames.find(name => isAt(engine, name)) ?? (await bringUpAt(engine)))
}

function isAt({ host }: PrivateEngine, name: string): boolean {
  return readRecord(name)?.containers?.host === host
}

async function bringUpAt({ host }: PrivateEngine): Promise<string> {
  const name = randomLabName()
  labNames.push(name)
  const words = ['up', 'dhcp-mode', '--name', name, '--runtime', 'docker']
  const up = await lab(words, { env: { DOCKER_HOST: host } })
  if (up.exitCode !== 0) throw new Error(up.stderr)
  return name
}

test.serial.after.always(async t => {
  for (const engine of engines.values()) await engine.start()
  const left = labNames.filter(stateExists)
  if (left.length > 0) await lab(['down', ...left])
  await removePrivateEngines()
  t.deepEqual(left, [])
  if (before !== undefined) t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

/** What must stay: namespaces with their addresses, routes and rules, and guests that keep their leases. */
async function wiringOf(name: string): Promise<Readonly<Record<string, string>>> {
  const entries = await Promise.all(
    namespacesOf(name).map(async namespace => {
      const look = ['address', 'route'].map(what => execa('ip', ['-n', namespace, what]))
      const rules = execa('ip', ['netns', 'exec', namespace, 'iptables', '-S'])
      const seen = (await Promise.all([...look, rules])).map(({ stdout }) => stdout)
      const text = [namespaceIdentityOf(namespace), ...seen].join('\n')
      return [namespace, text.replaceAll(/\d+sec|[a-z_]+_lft \w+/g, '')] as const
    }),
  )
  const guests = Object.entries(pidsOf(name)).filter(([service]) => service.startsWith('udhcpc'))
  return Object.fromEntries([...entries, ...guests.map(([service, pid]) => [service, `${pid}`])])
}

async function canFetch(t: ExecutionContext, name: string): Promise<void> {
  const url = 'http://169.254.169.254/latest/meta-data/instance-id'
  const fetched = await lab(['--lab', name, 'exec', 'vm1', '--', 'curl', '-sS', '-m', '5', url])
  t.regex(fetched.stdout, /^i-0/, fetched.stderr)
}

async function noneRuns({ host }: PrivateEngine, name: string): Promise<void> {
  await waitFor('all containers have ended', async () =>
    (await containersOf(host, name)).every(({ State }) => !/running|restarting/.test(State)),
  )
}

/** The engine ends in order, and starts where no namespace is any more. */
async function reboot(engine: PrivateEngine, name: string): Promise<void> {
  const pids = Object.values(pidsOf(name))
  await engine.end('SIGTERM')
  for (const namespace of namespacesOf(name)) await execa('ip', ['netns', 'delete', namespace])
  for (const pid of pids) await execa('kill', ['-9', `${pid}`], { reject: false })
  const path = journalPathOf(name)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replaceAll(/"bootId":"[^"]+"/g, '"bootId":"00000000-of-another-boot"'))
  await engine.start()
}

function since(startMs: number): string {
  return `${Math.round(performance.now() - startMs)} ms`
}
