import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import test from 'ava'
import { goldenAgentConfig, goldenNovaConfig } from '../golden/cloud.ts'
import { startCloud } from './cloud.ts'
import { exchangeBytes } from './raw-client.ts'
import { makeFolder, runToExit, startDaemon } from './running-daemon.ts'

test.serial('SIGTERM ends both daemons with 0', async t => {
  await using cloud = await startCloud('2026.1')
  t.is(await cloud.agent.stop('SIGTERM'), 0)
  t.is(await cloud.nova.stop('SIGINT'), 0)
})

test.serial('a request at hand is finished when the daemon is told to stop', async t => {
  using folder = makeFolder()
  const nova = createServer()
  nova.listen(0, '127.0.0.1')
  await once(nova, 'listening')
  await using agent = await startDaemon('neutron-metadata-agent', folder.path, {
    ...agentConfig(folder.path),
    nova_metadata_port: portOf(nova),
  })
  const path = join(folder.path, 'metadata_proxy')
  const asked = once(nova, 'connection')
  const answered = ask(path)
  const [connection] = await asked
  const stopped = agent.stop()
  connection.end('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nlate')
  t.true((await answered).includes('late'))
  t.is(await stopped, 0)
  nova.close()
})

test.serial('a full disk under the log stops no daemon', async t => {
  using folder = makeFolder()
  const full = openSync('/dev/full', 'w')
  const config = agentConfig(folder.path)
  await using agent = await startDaemon('neutron-metadata-agent', folder.path, config, full)
  closeSync(full)
  for (const _ of ['one', 'two']) t.regex(String(await ask(config.metadata_proxy_socket)), /^HTTP/)
  t.is(await agent.stop(), 0)
  t.is(agent.output(), '')
})

test.serial('a socket that a dead daemon left is taken over', async t => {
  using folder = makeFolder()
  const config = agentConfig(folder.path)
  const first = await startDaemon('neutron-metadata-agent', folder.path, config)
  await first.stop('SIGKILL')
  t.true(existsSync(config.metadata_proxy_socket))
  await using second = await startDaemon('neutron-metadata-agent', folder.path, config)
  t.not(second.pid, first.pid)
})

test.serial('a socket that is answered is left alone', async t => {
  using folder = makeFolder()
  const config = agentConfig(folder.path)
  await using first = await startDaemon('neutron-metadata-agent', folder.path, config)
  const { code, stderr } = await runToExit('neutron-metadata-agent', folder.path, config)
  t.is(code, 1)
  t.is(
    stderr,
    `neutron-metadata-agent cannot start: another process answers on ${config.metadata_proxy_socket}\n`,
  )
  const pidFile = join(folder.path, 'run/neutron-metadata-agent.pid')
  t.is(readFileSync(pidFile, 'utf8'), `${first.pid}\n`)
})

test.serial('a port that is taken is named, with the way to find who has it', async t => {
  using folder = makeFolder()
  const other = createServer()
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const passwordFile = join(folder.path, 'nova/passwords.json')
  const config = {
    ...goldenNovaConfig(),
    metadata_listen_port: portOf(other),
    passwordFile,
    ...ownUser,
  }
  const { code, stderr } = await runToExit('nova-api-metadata', folder.path, config)
  t.is(code, 1)
  t.regex(stderr, /^nova-api-metadata cannot start: listen EADDRINUSE.*ss -ltnp sport = :\d+.*\n$/)
  other.close()
})

const complains = test.macro({
  title: (_, name: string) => `${name} is one line on stderr and exit code 1`,
  async exec(t, _: string, config: object | undefined, message: string) {
    using folder = makeFolder()
    const { code, stderr } = await runToExit('neutron-metadata-agent', folder.path, config)
    t.is(code, 1)
    t.is(stderr, `neutron-metadata-agent cannot start: ${message}\n`)
  },
})

test.serial(complains, 'no --config', undefined, '--config FILE is missing')
test.serial(
  complains,
  'a configuration of something else',
  {},
  'release in the configuration is not: string',
)
test.serial(
  complains,
  'a socket path that the kernel cannot take',
  { ...goldenAgentConfig(), metadata_proxy_socket: `/tmp/${'x'.repeat(110)}` },
  `/tmp/${'x'.repeat(110)} is longer than the 107 bytes a socket's path may have`,
)

test.serial('something that is no socket is left alone', async t => {
  using folder = makeFolder()
  const config = agentConfig(folder.path)
  writeFileSync(config.metadata_proxy_socket, 'precious')
  const { code } = await runToExit('neutron-metadata-agent', folder.path, config)
  t.is(code, 1)
  t.is(readFileSync(config.metadata_proxy_socket, 'utf8'), 'precious')
})

const isRoot = process.getuid?.() === 0
const asRoot = isRoot ? test.serial : test.serial.skip

asRoot('started as root, the daemons give it up for good (skipped when not root)', async t => {
  await using cloud = await startCloud('2026.1')
  for (const { pid } of [cloud.agent, cloud.nova]) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    t.regex(status, /^Uid:\t65534\t65534\t65534\t65534$/m)
    t.regex(status, /^Gid:\t65534\t65534\t65534\t65534$/m)
    t.regex(status, /^Groups:\t *$/m)
    t.regex(status, /^CapPrm:\t0+$/m)
  }
})

asRoot('a service that would stay root does not start (skipped when not root)', async t => {
  using folder = makeFolder()
  const config = { ...agentConfig(folder.path), uid: 0, gid: 0 }
  const { code, stderr } = await runToExit('neutron-metadata-agent', folder.path, config)
  t.is(code, 1)
  t.regex(stderr, /needs no root/)
})

asRoot(
  'a service whose socket cannot be given to its user ends, too (skipped when not root)',
  async t => {
    using folder = makeFolder()
    const config = { ...agentConfig(folder.path), uid: 2 ** 33, gid: 1 }
    const { code, stderr } = await runToExit('neutron-metadata-agent', folder.path, config)
    t.is(code, 1)
    t.regex(stderr, /^neutron-metadata-agent cannot start: .*uid/)
  },
)

function agentConfig(folder: string) {
  mkdirSync(folder, { recursive: true })
  const { uid: _, gid: __, pidFile: ___, ...config } = goldenAgentConfig()
  return { ...config, metadata_proxy_socket: join(folder, 'metadata_proxy') }
}

function ask(path: string): Promise<Buffer> {
  const head =
    'X-Forwarded-For: 10.77.0.11\r\nX-Neutron-Network-ID: a0000000-0000-4000-8000-00000000000a'
  return exchangeBytes({ path }, `GET / HTTP/1.1\r\n${head}\r\nConnection: close\r\n\r\n`)
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const ownUser = isRoot ? { uid: 65_534, gid: 65_534 } : {}
