import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import Docker from 'dockerode'
import { execa } from 'execa'
import { readJournal } from '../../../src/lab/journal.ts'
import { projectRoot } from '../../../src/linux/gather-facts.ts'
import { isAlive } from '../../../src/linux/process-table.ts'
import { containersOf, engineTest } from '../support/engines.ts'
import { lab, randomLabName, stateExists, waitFor, withLab } from '../support/lab.ts'
import { loadEmptyImage } from '../support/load-empty-image.ts'
import { changesOfMachine, snapshotMachine } from '../support/machine.ts'
import { runningOf, statusOf } from '../support/services.ts'

/** Before the image, around the first container, between and after others, and when all stand. */
const MOMENTS = [
  ['begin', 'image:controller'],
  ['begin', 'service:nova-api-metadata'],
  ['made', 'service:nova-api-metadata'],
  ['begin', 'service:haproxy-'],
  ['made', 'service:dnsmasq-'],
  ['begin', 'leased:udhcpc-vm-eth0'],
] as const
const WIDTH = 3

engineTest(
  'kill -9 of lab up while containers are made, then lab down: nothing is left',
  async (t, host, kind) => {
    const before = await snapshotMachine()
    for (let first = 0; first < MOMENTS.length; first += WIDTH) {
      const some = MOMENTS.slice(first, first + WIDTH)
      const names = some.map(() => randomLabName())
      const crashed = await Promise.all(
        some.map((moment, index) => crashUp([names[index] ?? '', ...moment], host, kind)),
      )
      const down = await lab(['down', ...names.filter(stateExists)])
      t.is(down.exitCode, 0, `${some.join('; ')}: ${down.stderr}`)
      t.deepEqual(changesOfMachine(before, await snapshotMachine()), [], some.join('; '))
      t.false(crashed.includes(false), some.join('; '))
    }
  },
)

engineTest('Ctrl-C while containers are made rolls back all of them', async (t, host) => {
  const before = await snapshotMachine()
  for (const step of ['image:', 'service:nova-api-metadata', 'service:dnsmasq', 'service:udhcpc']) {
    const name = randomLabName()
    const child = spawn(
      join(projectRoot, 'lab'),
      ['up', 'dhcp-mode', '--name', name, '--runtime', 'docker'],
      { detached: true, stdio: 'ignore', env: { ...process.env, DOCKER_HOST: host } },
    )
    const ended = once(child, 'exit')
    await waitFor(step, () => [...readJournal(name).begun].some(id => id.startsWith(step)))
    process.kill(-(child.pid ?? 0), 'SIGINT')
    t.deepEqual(await ended, [130, null], step)
    t.deepEqual(changesOfMachine(before, await snapshotMachine()), [], step)
  }
})

engineTest('a service is up again after lab restart was interrupted', async (t, host) => {
  const env = { DOCKER_HOST: host }
  await withLab(
    t,
    'dhcp-mode',
    async ({ name }) => {
      const before = runningOf(name, 'nova-api-metadata')
      const child = spawn(
        join(projectRoot, 'lab'),
        ['--lab', name, 'restart', 'nova-api-metadata'],
        { detached: true, stdio: 'ignore' },
      )
      const ended = once(child, 'exit')
      await waitFor('the service is down', () => !isAlive(before))
      process.kill(-(child.pid ?? 0), 'SIGINT')
      await ended
      t.is((await statusOf(name)).ended.exitCode, 0)
    },
    ['--runtime', 'docker'],
    env,
  )
})

engineTest(
  'a service that an image does not bring is told in the words of the engine',
  async (t, host, kind) => {
    const before = await snapshotMachine()
    const api = new Docker({ socketPath: host.replace('unix://', '') })
    const name = randomLabName()
    const image = `localhost/empty:${name}`
    await loadEmptyImage(host, image)
    const words = ['up', 'dhcp-mode', '--name', name, '--runtime', 'docker', '--image', image]
    const up = await lab(words, { env: { DOCKER_HOST: host } })
    t.is(up.exitCode, 1)
    t.regex(up.stderr, new RegExp(`Cannot start container lab-${name}-`))
    t.regex(up.stderr, /executable file not found/)
    t.regex(up.stderr, /The Dockerfile of lab shows what an image must bring/)
    t.regex(up.stderr, /All of it was taken away again; the machine is as before\./)
    t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
    const kept = await lab([...words, '--keep-on-error'], { env: { DOCKER_HOST: host } })
    t.is(kept.exitCode, 1)
    // Podman's go, since it would go on starting them.
    t.is((await containersOf(host, name)).length > 0, kind === 'docker')
    t.is((await lab(['down', name])).exitCode, 0)
    await api.getImage(image).remove()
    t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
  },
)

/** Whether it was killed. */
async function crashUp(words: readonly string[], host: string, kind: string): Promise<boolean> {
  const child = join(projectRoot, 'test/host/support/crash-up.ts')
  const { signal } = await execa(process.execPath, [child, 'dhcp-mode', ...words], {
    reject: false,
    stdin: 'ignore',
    env: { DOCKER_HOST: host, LAB_TEST_RUNTIME: kind },
  })
  return signal === 'SIGKILL'
}
