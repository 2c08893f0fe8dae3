import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import { startCloud } from './cloud.ts'
import { exchangeBytes } from './raw-client.ts'
import type { DaemonName, RunningDaemon } from './running-daemon.ts'

const head =
  'X-Forwarded-For: 10.77.0.11\r\nX-Neutron-Network-ID: a0000000-0000-4000-8000-00000000000a'
const request = `GET /openstack/latest/meta_data.json HTTP/1.1\r\n${head}\r\nConnection: close\r\n\r\n`

async function statusOf(at: { readonly path: string }): Promise<number> {
  const answer = String(await exchangeBytes(at, request))
  return Number(/^HTTP\/1\.\d (\d+)/.exec(answer)?.[1])
}

/** Writes a daemon's configuration over, as `lab up` does. */
function edit(folder: string, name: DaemonName, change: object): object {
  const path = join(folder, `${name}.json`)
  const config: object = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...config, ...change }))
  return config
}

async function reload(daemon: RunningDaemon, times = 1): Promise<void> {
  process.kill(daemon.pid, 'SIGHUP')
  while (daemon.output().split('Caught SIGHUP').length <= times) await delay(5)
}

for (const release of ['2024.1', '2026.1'] as const)
  test.serial(
    `the agent of ${release} knows new ports on SIGHUP, and forgets old ones`,
    async t => {
      await using cloud = await startCloud(release)
      const { agent, agentAt, folder } = cloud
      const at = { path: agentAt.path }
      const pidFile = join(folder, 'run/neutron-metadata-agent.pid')
      t.is(await statusOf(at), 200)
      const config = edit(folder, 'neutron-metadata-agent', { ports: [] })
      t.is(await statusOf(at), 200)
      await reload(agent)
      t.is(await statusOf(at), 404)
      t.is(readFileSync(pidFile, 'utf8'), `${agent.pid}\n`)
      edit(folder, 'neutron-metadata-agent', config)
      await reload(agent, 2)
      t.is(await statusOf(at), 200)
    },
  )

test.serial(
  'nova-api-metadata answers on a connection that was there before for an instance that has come since',
  async t => {
    await using cloud = await startCloud('2024.1')
    const { nova, folder, novaAt } = cloud
    const { instances } = edit(folder, 'nova-api-metadata', { instances: [] }) as {
      readonly instances: readonly { readonly uuid: string }[]
    }
    await reload(nova)
    const connection = connect(novaAt)
    const ask = async () => {
      connection.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n')
      return await new Promise<string>(resolve =>
        connection.once('data', data => resolve(`${data}`)),
      )
    }
    t.regex(await ask(), /^HTTP\/1\.1 200 OK/)
    const at = { path: cloud.agentAt.path }
    t.is(await statusOf(at), 404)
    edit(folder, 'nova-api-metadata', { instances })
    await reload(nova, 2)
    t.is(await statusOf(at), 200)
    t.regex(await ask(), /^HTTP\/1\.1 200 OK/)
    connection.destroy()
  },
)

test.serial('what cannot be read changes nothing, and is told', async t => {
  await using cloud = await startCloud('2026.1')
  const { agent, agentAt, folder } = cloud
  const acknowledged = () =>
    statSync(join(folder, 'run/neutron-metadata-agent.pid'), { bigint: true }).mtimeNs
  const before = acknowledged()
  writeFileSync(join(folder, 'neutron-metadata-agent.json'), '{"ports": [')
  await reload(agent)
  t.is(acknowledged(), before, 'who waits for it is not told that it was read')
  t.regex(agent.output(), /ERROR .*Caught SIGHUP, the configuration cannot be read: SyntaxError/)
  t.is(await statusOf({ path: agentAt.path }), 200)
})

test.serial(
  'a daemon whose configuration was replaced ends, to be started with the new one',
  async t => {
    await using cloud = await startCloud('2026.1')
    const { agent, folder } = cloud
    const path = join(folder, 'neutron-metadata-agent.json')
    writeFileSync(`${path}.new`, readFileSync(path))
    renameSync(`${path}.new`, path)
    t.is(await agent.stop('SIGHUP'), 0)
    t.regex(agent.output(), /Its configuration was replaced, stopping/)
  },
)
