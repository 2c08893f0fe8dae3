import { rmSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import Docker from 'dockerode'
import { execa } from 'execa'
import { containersOf, engineTest } from '../support/engines.ts'
import {
  lab,
  randomLabName,
  type StandingLab,
  standingLab,
  stateExists,
  waitFor,
} from '../support/lab.ts'
import { changesOfMachine, type MachineSnapshot, snapshotMachine } from '../support/machine.ts'
import { namespacesOf, serviceOf, statusOf } from '../support/services.ts'

interface Deed {
  readonly what: string
  readonly act: (agent: Docker.Container, lab: string) => Promise<unknown>
  readonly told: RegExp
}

/** What somebody may do to the agent's container, and what `lab status` tells of it. */
const deeds: readonly Deed[] = [
  {
    what: 'rm -f',
    act: agent => agent.remove({ force: true }),
    told: /^neutron-metadata-agent does not run$/,
  },
  {
    what: 'stop',
    act: agent => agent.stop({ t: 3 }),
    told: /^neutron-metadata-agent does not run$/,
  },
  { what: 'pause', act: agent => agent.pause(), told: /^neutron-metadata-agent is paused$/ },
  {
    what: 'rm of its socket',
    act: async (_agent, name) => rmSync(`/var/lib/lab/${name}/metadata_proxy`),
    told: /^neutron-metadata-agent does not listen on unix /,
  },
]

engineTest(
  'what is done to a container behind its back lab up undoes, and leaves the others alone',
  async (t, host) => {
    await withContainers(t, host, async one => {
      const name = `lab-${one.name}-neutron-metadata-agent`
      for (const { what, act, told } of deeds) {
        const before = await idsOf(host, one.name)
        await act(apiAt(host).getContainer(name), one.name)
        const { differences } = await statusOf(one.name)
        t.deepEqual(differences.length, 1, what)
        t.regex(differences[0]?.text ?? '', told, what)
        await putBack(t, one, host)
        const after = await idsOf(host, one.name)
        const changed = Object.keys(after).filter(key => before[key] !== after[key])
        t.deepEqual(changed, [`/${name}`], what)
      }
    })
  },
)

engineTest(
  'a namespace deleted below its containers is put back with them alone',
  async (t, host) => {
    await withContainers(t, host, async one => {
      const qdhcp = namespacesOf(one.name).find(name => name.startsWith('qdhcp-')) ?? ''
      const before = await idsOf(host, one.name)
      await execa('ip', ['netns', 'delete', qdhcp])
      t.true((await statusOf(one.name)).differences.length > 0)
      await putBack(t, one, host)
      const after = await idsOf(host, one.name)
      const same = Object.keys(after).filter(key => before[key] === after[key])
      t.deepEqual(same.sort(), [
        `/lab-${one.name}-neutron-metadata-agent`,
        `/lab-${one.name}-nova-api-metadata`,
      ])
    })
  },
)

engineTest(
  "somebody's container with a name of the plan is refused before anything is made",
  async (t, host) => {
    await withContainers(t, host, async one => {
      const name = randomLabName()
      const taken = `lab-${name}-nova-api-metadata`
      const stranger = await createStranger(apiAt(host), taken, one.name, { whose: 'somebody' })
      try {
        const before = await snapshotMachine()
        const up = await lab(upWords(name), { env: { DOCKER_HOST: host } })
        t.is(up.exitCode, 1)
        t.regex(
          up.stderr,
          new RegExp(
            `✖ Cannot build lab ${name}: container ${taken} exists already and is not this lab's`,
          ),
        )
        t.regex(up.stderr, /Nothing was changed\./)
        t.regex(up.stderr, new RegExp(`=${host} inspect ${taken}. shows whose it is`))
        t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
        t.is((await stranger.inspect()).Id, stranger.id)
      } finally {
        await stranger.remove({ force: true })
      }
    })
  },
)

engineTest(
  'a lab moves between containers and processes, and its wiring stays',
  async (t, host) => {
    await withContainers(t, host, async one => {
      const wiring = namespacesOf(one.name)
      const inodes = await inodesOf(wiring)
      const away = await lab(['up', 'dhcp-mode', '--name', one.name, '--runtime', 'process'])
      t.is(away.exitCode, 0, away.stderr)
      t.deepEqual(await containersOf(host, one.name), [])
      t.deepEqual(await inodesOf(wiring), inodes)
      await canFetch(t, one)
      const back = await lab(upWords(one.name), { env: { DOCKER_HOST: host } })
      t.is(back.exitCode, 0, back.stderr)
      t.is((await containersOf(host, one.name)).length, 4)
      t.deepEqual(await inodesOf(wiring), inodes)
      await canFetch(t, one)
    })
  },
)

engineTest(
  'a service that cannot start is told in its own words, and its container does not run on',
  async (t, host, kind) => {
    await withContainers(t, host, async one => {
      const qdhcp = namespacesOf(one.name).find(name => name.startsWith('qdhcp-')) ?? ''
      const name = `lab-${one.name}-haproxy-${qdhcp}`
      await apiAt(host).getContainer(name).stop({ t: 3 })
      const listen = "require('net').createServer().listen(80, '169.254.169.254')"
      const taker = execa('ip', ['netns', 'exec', qdhcp, process.execPath, '-e', listen], {
        reject: false,
      })
      try {
        await waitFor('the port is taken', async () =>
          (await one.inNode('private', ['ss', '-Hlnt', 'sport', '80'])).includes('169.254.169.254'),
        )
        const up = await lab(upWords(one.name), { env: { DOCKER_HOST: host } })
        t.is(up.exitCode, 1)
        t.regex(up.stderr, new RegExp(`${kind} .*run --detach --name=${name} `))
        t.regex(up.stderr, /exited with 1: (.*\n)+.*cannot bind socket \(Address already in use\)/)
        t.regex(up.stderr, /What was made stands\./)
        const left = (await containersOf(host, one.name)).filter(({ Names }) =>
          Names.includes(`/${name}`),
        )
        // Podman would go on starting it.
        t.deepEqual(
          left.map(({ State }) => State),
          kind === 'docker' ? ['exited'] : [],
        )
      } finally {
        taker.kill()
        await taker
      }
      await putBack(t, one, host)
    })
  },
)

engineTest(
  'lab down takes renamed and paused containers, and no stranger with its label',
  async (t, host) => {
    await withContainers(t, host, async ({ name }) => {
      const api = apiAt(host)
      const stranger = await createStranger(api, `stranger-of-${name}`, name, { lab: name })
      try {
        await api.getContainer(`lab-${name}-nova-api-metadata`).rename({ name: `renamed-${name}` })
        await api.getContainer(`lab-${name}-neutron-metadata-agent`).pause()
        const down = await lab(['down', name])
        t.is(down.exitCode, 0, down.stderr)
        const left = await containersOf(host, name)
        t.deepEqual(
          left.map(({ Id }) => Id),
          [stranger.id],
        )
      } finally {
        await stranger.remove({ force: true })
      }
    })
  },
)

/** A lab of each engine stands until the last test: each of the others leaves it whole. */
const names = new Map<string, string>()
let machineBefore: MachineSnapshot | undefined

async function withContainers(
  t: ExecutionContext,
  host: string,
  body: (one: StandingLab) => Promise<void>,
): Promise<void> {
  machineBefore ??= await snapshotMachine()
  const env = { DOCKER_HOST: host }
  const name = names.get(host) ?? randomLabName()
  names.set(host, name)
  if (!stateExists(name)) {
    const up = await lab(upWords(name), { env })
    t.is(up.exitCode, 0, up.stderr)
  }
  await body(standingLab(t, name, env))
}

test.serial.after.always(async t => {
  for (const name of [...names.values()].filter(stateExists)) await lab(['down', name])
  if (machineBefore !== undefined)
    t.deepEqual(changesOfMachine(machineBefore, await snapshotMachine()), [])
})

function upWords(name: string): string[] {
  return ['up', 'dhcp-mode', '--name', name, '--runtime', 'docker']
}

function apiAt(host: string): Docker {
  return new Docker({ socketPath: host.replace('unix://', '') })
}

/** Made of the image of a lab that stands. */
async function createStranger(
  api: Docker,
  name: string,
  standing: string,
  Labels: Readonly<Record<string, string>>,
): Promise<Docker.Container> {
  const Image = serviceOf(standing, 'haproxy').container?.image ?? ''
  const HostConfig = { NetworkMode: 'host' }
  return await api.createContainer({ name, Image, Cmd: ['/nothing'], Labels, HostConfig })
}

async function idsOf(host: string, name: string): Promise<Readonly<Record<string, string>>> {
  const containers = await containersOf(host, name)
  return Object.fromEntries(containers.map(({ Names, Id }) => [Names[0] ?? '', Id]))
}

async function inodesOf(namespaces: readonly string[]): Promise<string> {
  const paths = namespaces.map(name => `/run/netns/${name}`)
  return (await execa('stat', ['--format=%i', ...paths])).stdout
}

async function putBack(t: ExecutionContext, one: StandingLab, host: string): Promise<void> {
  const up = await lab(upWords(one.name), { env: { DOCKER_HOST: host } })
  t.is(up.exitCode, 0, up.stderr)
  t.is((await statusOf(one.name)).ended.exitCode, 0)
  await canFetch(t, one)
}

async function canFetch(t: ExecutionContext, one: StandingLab): Promise<void> {
  const url = 'http://169.254.169.254/latest/meta-data/instance-id'
  t.regex(await one.inNode('vm1', ['curl', '-sS', '-m', '5', url]), /^i-0/)
}
