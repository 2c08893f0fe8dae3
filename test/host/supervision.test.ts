import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { execa } from 'execa'
import { identify, isAlive } from '../../src/linux/process-table.ts'
import { findService } from '../../src/runtime/process/find-service.ts'
import {
  processTest,
  type StandingLab,
  standingLab,
  hostTest as test,
  waitFor,
} from './support/lab.ts'
import { pidsOf, runningOf, serviceOf, statusOf } from './support/services.ts'
import { standingLabs } from './support/standing-labs.ts'
import { testRuntime } from './support/test-runtime.ts'

/** Each test leaves them as they were; only what died is remembered of all. */
const labs = standingLabs({
  'dhcp-mode': { topology: 'dhcp-mode', isHarmed: true },
  'router-mode': { topology: 'router-mode', isHarmed: true },
})

const supervised = ['haproxy', 'dnsmasq', 'neutron-metadata-agent', 'nova-api-metadata'] as const

for (const [mode, agent, modeTest] of [
  ['dhcp-mode', 'neutron-dhcp-agent', processTest],
  ['router-mode', 'neutron-l3-agent', test],
] as const)
  modeTest(
    `lab restart in ${mode} starts services anew, and no one takes it for a death`,
    async t => {
      const lab = standingLab(t, labs(mode).name)
      for (const service of supervised) {
        const before = runningOf(lab.name, service)
        const { exitCode, stdout, stderr } = await lab.run(['restart', service])
        t.is(exitCode, 0, stderr)
        t.regex(stdout, new RegExp(`^✔ ${service}\\S* serves again, pid \\d+$`, 'm'))
        t.false(isAlive(before), service)
        await lab.inNode('vm1', FETCH)
      }
      const before = pidsOf(lab.name)
      const restarted = await lab.run(['restart', agent])
      t.is(restarted.exitCode, 0, restarted.stderr)
      const isProcess = testRuntime === 'process'
      t.regex(restarted.stdout, isProcess ? BY_PID(agent) : BY_SYNCHRONIZING(agent))
      const haproxy = serviceOf(lab.name, 'haproxy').name
      // The L3 agent finds its processes and leaves them, and so does the DHCP agent of Ussuri with its proxies.
      t.is(pidsOf(lab.name)[haproxy], before[haproxy])
      t.is(pidsOf(lab.name)['nova-api-metadata'], before['nova-api-metadata'])
      const { ended, services } = await statusOf(lab.name)
      t.is(ended.exitCode, 0)
      t.deepEqual(
        services.filter(({ history }) => (history?.restarts ?? 0) > 0),
        [],
      )
      t.is(new Set(Object.values(pidsOf(lab.name))).size, services.length)
    },
  )

const BY_PID = (agent: string) => new RegExp(`^✔ ${agent} serves again, pid \\d+$`, 'm')
const BY_SYNCHRONIZING = (agent: string) =>
  new RegExp(`^✔ ${agent}@controller has synchronized$`, 'm')

//  vm1, vm2 ── qdhcp or qrouter (haproxy) ── socket ── agent ── nova-api-metadata, each under the eye of the supervisor
//                                                                                  or of the engine of its container
for (const [mode, modeTest] of [
  ['dhcp-mode', test],
  ['router-mode', processTest],
] as const)
  modeTest(
    `in ${mode} every killed service is back within a second, and status tells of it`,
    async t => {
      const lab = standingLab(t, labs(mode).name)
      const took: number[] = []
      for (const service of supervised) took.push(await killAndAwait(t, lab, service))
      t.log(`back after ${took.map(ms => `${ms.toFixed(0)} ms`).join(', ')}`)
      const median = took.toSorted((one, other) => one - other)[1] ?? Infinity
      t.true(median <= 1000, `median of ${took.join(', ')} ms`)
      const { ended, services } = await statusOf(lab.name)
      t.is(ended.exitCode, 0)
      for (const service of supervised)
        t.is(services.find(row => row.service === service)?.history?.restarts, 1, service)
      t.regex(
        (await lab.run(['status'])).stdout,
        /haproxy +\S+ +pid \d+ +died and was put back once/,
      )
    },
  )

async function killAndAwait(
  t: ExecutionContext,
  lab: StandingLab,
  service: (typeof supervised)[number],
): Promise<number> {
  const step = serviceOf(lab.name, service)
  const { pid } = runningOf(lab.name, service)
  const killedAt = performance.now()
  process.kill(pid, 'SIGKILL')
  await waitFor(`${service} comes back`, () => {
    const found = findService(step)
    return found !== null && found.pid !== pid
  })
  const took = performance.now() - killedAt
  await lab.inNode('vm1', FETCH)
  t.not(runningOf(lab.name, service).pid, pid)
  return took
}

const FETCH = ['curl', '-sf', '-m', '5', 'http://169.254.169.254/openstack/latest/meta_data.json']

test('the pid file of a service with a stranger in it is not believed, and the stranger lives', async t => {
  const lab = standingLab(t, labs('dhcp-mode').name)
  const stranger = spawn('sleep', ['300'], { stdio: 'ignore' })
  const identity = identify(stranger.pid ?? 0)
  const haproxy = runningOf(lab.name, 'haproxy')
  writeFileSync(serviceOf(lab.name, 'haproxy').pidFile, `${stranger.pid}\n`)
  const { ended, differences } = await statusOf(lab.name)
  t.is(ended.exitCode, 1)
  t.regex(differences[0]?.text ?? '', /^haproxy-\S+ does not run$/)
  t.is((await lab.run(['up', 'dhcp-mode', '--name', lab.name])).exitCode, 0)
  t.false(isAlive(haproxy), 'the one that had lost its pid file is not left beside the new one')
  t.is((await lab.run(['restart', 'haproxy'])).exitCode, 0)
  await lab.inNode('vm1', FETCH)
  t.true(identity !== null && isAlive(identity))
  stranger.kill()
  await once(stranger, 'exit')
})

test("an agent's socket that was removed is told by status and put back by lab up", async t => {
  const lab = standingLab(t, labs('dhcp-mode').name)
  rmSync(`/var/lib/lab/${lab.name}/metadata_proxy`)
  const { ended, differences } = await statusOf(lab.name)
  t.is(ended.exitCode, 1)
  t.is(
    differences[0]?.text,
    `neutron-metadata-agent does not listen on unix /var/lib/lab/${lab.name}/metadata_proxy`,
  )
  t.is((await lab.run(['up', 'dhcp-mode', '--name', lab.name])).exitCode, 0)
  await lab.inNode('vm1', FETCH)
  t.is((await statusOf(lab.name)).ended.exitCode, 0)
})

test('a proxy whose configuration was spoilt is told by restart and status, and put back by lab up', async t => {
  const lab = standingLab(t, labs('dhcp-mode').name)
  const { name } = serviceOf(lab.name, 'haproxy')
  const network = name.replace('haproxy-', '')
  const file = `/var/lib/lab/${lab.name}/ns-metadata-proxy/${network}.conf`
  appendFileSync(file, 'nonsense\n')
  const { exitCode, stderr } = await lab.run(['restart', 'haproxy'])
  t.is(exitCode, 1)
  const command = testRuntime === 'process' ? 'ip netns exec' : '\\S+ .*run --detach'
  t.regex(stderr, new RegExp(`^✖ Cannot start ${name}\\n  ${command} .*\\n  exited with 1: `))
  const stands = testRuntime === 'process' ? 'neutron-dhcp-agent goes on trying' : 'It is down'
  t.regex(stderr, new RegExp(`unknown keyword 'nonsense'.*${stands}.*\\n.*lab up .*puts`, 's'))
  t.notRegex(stderr, /Exiting Master process/, 'words of the former one')
  const why = testRuntime === 'process' ? ' +cannot be started again: .*lab logs haproxy' : ''
  const tells = new RegExp(`haproxy +private +down${why}`)
  await waitFor('status tells it', async () => tells.test((await lab.run(['status'])).stdout))
  t.is((await lab.run(['up', 'dhcp-mode', '--name', lab.name])).exitCode, 0)
  await lab.inNode('vm1', FETCH)
  t.is((await statusOf(lab.name)).ended.exitCode, 0)
})

processTest('of a namespace that was removed, status says so once', async t => {
  const lab = standingLab(t, labs('dhcp-mode').name)
  await execa('ip', ['netns', 'delete', `lab-${lab.name}-vm2`])
  const { stdout } = await lab.run(['status'])
  t.is(stdout.split(`namespace lab-${lab.name}-vm2 is missing`).length, 2, stdout)
  t.is((await lab.run(['up', 'dhcp-mode', '--name', lab.name])).exitCode, 0)
})

processTest('a killed supervisor is told by status and put back by lab up', async t => {
  const lab = standingLab(t, labs('dhcp-mode').name)
  const before = pidsOf(lab.name)
  const supervisor = runningOf(lab.name, 'supervisor')
  process.kill(supervisor.pid, 'SIGKILL')
  await waitFor('the supervisor ends', () => !isAlive(supervisor))
  const { ended, differences } = await statusOf(lab.name)
  t.is(ended.exitCode, 1)
  t.deepEqual(differences, [{ resource: 'service:supervisor', text: 'supervisor does not run' }])
  t.is((await lab.run(['up', 'dhcp-mode', '--name', lab.name])).exitCode, 0)
  const after = pidsOf(lab.name)
  t.deepEqual({ ...after, supervisor: 0 }, { ...before, supervisor: 0 })
  t.not(after.supervisor, before.supervisor)
  await killAndAwait(t, lab, 'haproxy')
})

processTest(
  'lab restart of an unknown service is wrong usage, and says which there are',
  async t => {
    const lab = standingLab(t, labs('dhcp-mode').name)
    const typo = await lab.run(['restart', 'hapoxy'])
    t.is(typo.exitCode, 2)
    t.regex(typo.stderr, /has no service hapoxy; did you mean `haproxy`\?\n +There is dnsmasq, /)
    t.is((await lab.run(['restart', 'neutron-l3-agent'])).exitCode, 2)
  },
)
