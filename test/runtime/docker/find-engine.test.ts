import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import test from 'ava'
import { execa } from 'execa'
import { isInstalled } from '../../../src/linux/programs.ts'
import { connectEngine } from '../../../src/runtime/docker/connect-engine.ts'
import { EngineUnusable, type Refusal } from '../../../src/runtime/docker/engine-unusable.ts'
import { findEngine } from '../../../src/runtime/docker/find-engine.ts'
import { suggestStart } from '../../../src/runtime/docker/suggest-start.ts'
import { tryEndpoints } from '../../../src/runtime/docker/try-endpoints.ts'
import { engineHosts } from '../../host/support/engine-hosts.ts'
import { fakeEngine } from './fake-engine.ts'

const DOCKER = 'unix:///var/run/docker.sock'
const PODMAN = 'unix:///run/podman/podman.sock'
const nothingNamed = { DOCKER_CONFIG: '/nonexistent' }

const refusals: Readonly<Record<string, Pick<Refusal, 'reason' | 'problem' | 'remedy'>>> = {
  absent: { reason: 'absent', problem: 'there is no such socket', remedy: '`dockerd &` starts it' },
  silent: { reason: 'silent', problem: 'no answer within 10 s', remedy: 'Restart it' },
  rootless: { reason: 'rootless', problem: 'it is rootless', remedy: "`…` starts root's" },
}

/** What stands at an endpoint: an engine, or why there is none. */
type Stands = 'engine' | keyof typeof refusals

function attemptOn(stands: Readonly<Record<string, Stands>>, asked: string[] = []) {
  return async (host: string) => {
    asked.push(host)
    const refusal = refusals[stands[host] ?? 'absent']
    if (refusal !== undefined && stands[host] !== 'engine')
      throw new EngineUnusable({ host, ...refusal })
    return host
  }
}

test("docker's own engine is taken where nothing names one, and nobody else asked", async t => {
  const asked: string[] = []
  t.is(await tryEndpoints(nothingNamed, attemptOn({ [DOCKER]: 'engine' }, asked)), DOCKER)
  t.deepEqual(asked, [DOCKER])
})

for (const docker of ['absent', 'silent', 'rootless'] as const) {
  test(`Podman's is taken where docker's is ${docker}`, async t => {
    const attempt = attemptOn({ [DOCKER]: docker, [PODMAN]: 'engine' })
    t.is(await tryEndpoints(nothingNamed, attempt), PODMAN)
  })
}

/** Docker's, Podman's, reason, message and remedy. */
const failures: readonly (readonly [Stands, Stands, Refusal['reason'], string, string])[] = [
  [
    'absent',
    'absent',
    'absent',
    `There is no container engine: no ${DOCKER}, and no ${PODMAN}`,
    '`dockerd &` starts it',
  ],
  [
    'silent',
    'absent',
    'silent',
    `Cannot use the container engine at ${DOCKER}: no answer within 10 s`,
    'Restart it',
  ],
  [
    'absent',
    'rootless',
    'rootless',
    `Cannot use the container engine at ${PODMAN}: it is rootless`,
    "`…` starts root's",
  ],
  [
    'silent',
    'rootless',
    'silent',
    `Cannot use the container engine at ${DOCKER}: no answer within 10 s\nCannot use the container engine at ${PODMAN}: it is rootless`,
    'Restart it',
  ],
]

for (const [docker, podman, reason, message, remedy] of failures) {
  test(`docker's is ${docker} and Podman's ${podman}: both are told of as far as they are there`, async t => {
    const attempt = attemptOn({ [DOCKER]: docker, [PODMAN]: podman })
    const error = await t.throwsAsync(tryEndpoints(nothingNamed, attempt), {
      instanceOf: EngineUnusable,
    })
    t.is(error?.refusal.reason, reason)
    t.is(error?.message, message)
    t.is(error?.hint, `${remedy}; or \`--runtime process\`, which needs no engine.`)
    t.is(error?.standing, 'Nothing was changed.')
    t.is(error?.exitCode, 3)
  })
}

test('an engine that is named is the only one asked, and the error tells who names it', async t => {
  const asked: string[] = []
  const attempt = attemptOn({ [PODMAN]: 'engine' }, asked)
  const environment = { DOCKER_HOST: 'unix:///tmp/none.sock' }
  const error = await t.throwsAsync(tryEndpoints(environment, attempt), {
    instanceOf: EngineUnusable,
  })
  t.deepEqual(asked, ['unix:///tmp/none.sock'])
  t.is(
    error?.message,
    'Cannot use the container engine at unix:///tmp/none.sock: there is no such socket\nDOCKER_HOST names it.',
  )
})

test('what is no matter of engines is thrown as it is', async t => {
  const attempt = () => Promise.reject(new TypeError('a mistake of ours'))
  await t.throwsAsync(tryEndpoints(nothingNamed, attempt), { instanceOf: TypeError })
})

const isLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some(path => path.includes('/dockerode/'))

test.serial('without a socket dockerode is not loaded', async t => {
  const environment = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' }
  await t.throwsAsync(findEngine(environment), { instanceOf: EngineUnusable })
  t.false(isLoaded())
  await using engine = await fakeEngine()
  await findEngine({ DOCKER_HOST: engine.host })
  t.true(isLoaded())
})

test.serial(
  'the engine is the one asked for, whatever the environment says to dockerode',
  async t => {
    await using engine = await fakeEngine({ info: { ServerVersion: '23.0.1' } })
    for (const other of ['tcp://192.0.2.1:2376', 'ssh://me@box', 'unix:///nonexistent']) {
      process.env.DOCKER_HOST = other
      const { api } = await connectEngine(engine.host)
      t.is((await api.info()).ServerVersion, '23.0.1', other)
    }
    delete process.env.DOCKER_HOST
  },
)

test('an engine that is reached by TCP is asked by TCP', async t => {
  await using engine = await fakeEngine({ tcp: true, info: { ServerVersion: '23.0.1' } })
  const { api, host } = await findEngine({ DOCKER_HOST: engine.host })
  t.is(host, engine.host)
  t.is((await api.info()).ServerVersion, '23.0.1')
})

const withOpenssl = isInstalled('openssl') ? test : test.skip

withOpenssl('an engine that asks for certificates is shown them', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-certificates-'))
  try {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const files = ['-keyout', 'key.pem', '-out', 'cert.pem']
    await execa('openssl', ['req', '-x509', '-noenc', ...files, ...subject], { cwd: folder })
    copyFileSync(join(folder, 'cert.pem'), join(folder, 'ca.pem'))
    const [cert, key] = ['cert', 'key'].map(name => readFileSync(join(folder, `${name}.pem`)))
    if (cert === undefined || key === undefined) return t.fail()
    await using engine = await fakeEngine({ tcp: true, tls: { ca: cert, cert, key } })
    const host = engine.host.replace('127.0.0.1', 'localhost')
    const environment = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder }
    const { api } = await connectEngine(host, { environment })
    t.is((await api.info()).ServerVersion, '20.10.24')
    const error = await t.throwsAsync(connectEngine(host, { environment: {} }), {
      instanceOf: EngineUnusable,
    })
    t.is(error?.refusal.reason, 'silent')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

for (const [kind, version] of [
  ['docker', /^(20\.10|2[1-9]|[3-9]\d)\b/],
  ['podman', /^(4\.[3-9]|4\.\d\d|[5-9]|\d\d)\b/],
] as const) {
  const host = engineHosts[kind]
  const title = `${kind} itself is found, and does what it is told`
  if (host === undefined) {
    if (process.env.LAB_REQUIRE_DOCKER === '1') test(title, t => t.fail(`no ${kind} for tests`))
    else test.skip(`${title} (no ${kind} for tests)`, t => t.pass())
    continue
  }
  test(title, async t => {
    const engine = await findEngine({ DOCKER_HOST: host })
    t.is(engine.kind, kind)
    t.is(engine.host, host)
    t.regex(engine.version, version)
    t.is(engine.hasHealthchecks || kind === 'podman', true)
    t.is((await engine.api.version()).Version, engine.version)
  })
}

/** Host, what the machine has (dockerd, podman, systemd, init script), what to type. */
const starts: readonly (readonly [string, string, string])[] = [
  [DOCKER, '', '`apt-get install docker.io` brings one'],
  [DOCKER, 'dockerd systemd initScript', '`systemctl start docker` starts it'],
  [DOCKER, 'dockerd initScript', '`service docker start` starts it'],
  [DOCKER, 'dockerd', '`dockerd &` starts it'],
  [DOCKER, 'podman systemd', "`systemctl start podman.socket` starts Podman's"],
  [PODMAN, '', '`apt-get install podman` brings one'],
  [PODMAN, 'podman', `\`podman system service --time=0 ${PODMAN} &\` starts Podman's`],
  [
    'unix:///tmp/x.sock',
    'dockerd podman',
    'Start the engine that should listen at unix:///tmp/x.sock',
  ],
]

for (const [host, has, expected] of starts) {
  test(`${host} on a machine with ${has || 'nothing'}: ${expected}`, t => {
    const present = {
      dockerd: has.includes('dockerd'),
      podman: has.includes('podman'),
      systemd: has.includes('systemd'),
      initScript: has.includes('initScript'),
    }
    t.is(suggestStart(host, present).replace('`sudo ', '`'), expected)
  })
}
