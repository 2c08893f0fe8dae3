import { once } from 'node:events'
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, networkInterfaces, release, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import test from 'ava'
import { type AskOptions, askEngine } from '../../../src/runtime/docker/ask-engine.ts'
import { EngineUnusable, type Refusal } from '../../../src/runtime/docker/engine-unusable.ts'
import { suggestRestart } from '../../../src/runtime/docker/suggest-restart.ts'
import { type FakeEngine, fakeEngine, fakeStranger, type Says } from './fake-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-ask-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const WHY =
  "The containers of a lab join this machine's network namespaces; from there they cannot."
const ELSEWHERE = 'Use an engine of this machine, or run lab on that one'

async function refusalOf(host: string, options: AskOptions = {}): Promise<EngineUnusable> {
  try {
    const facts = await askEngine(host, { environment: {}, ...options })
    throw new Error(`It was not refused: ${JSON.stringify(facts)}`)
  } catch (error) {
    if (error instanceof EngineUnusable) return error
    throw error
  }
}

type Expected = Omit<Refusal, 'host'>

const isRefused = test.macro(
  async (t, start: () => Promise<FakeEngine>, expected: Expected, options?: AskOptions) => {
    await using engine = await start()
    const error = await refusalOf(engine.host, options)
    t.deepEqual(error.refusal, { host: engine.host, ...expected })
    t.is(error.message, `Cannot use the container engine at ${engine.host}: ${expected.problem}`)
    t.is(error.hint, `${expected.remedy}.`)
    t.is(error.standing, 'Nothing was changed.')
    t.is(error.exitCode, 3)
  },
)

function engineThatSays(says: Says): () => Promise<FakeEngine> {
  return () => fakeEngine(says)
}

const elsewhere = (name: string, kernel: string, system: string): Expected => ({
  reason: 'elsewhere',
  problem: [
    'it is on another machine, in a virtual machine, or outside the container that lab runs in',
    `There: ${name}, Linux ${kernel}, ${system}. Here: ${hostname()}, Linux ${release()}.`,
    WHY,
  ].join('\n'),
  remedy: ELSEWHERE,
})

test(
  'Docker Desktop is refused: its containers are in a virtual machine',
  isRefused,
  engineThatSays({
    info: {
      Name: 'docker-desktop',
      KernelVersion: '6.6.12-linuxkit',
      OperatingSystem: 'Docker Desktop',
    },
  }),
  elsewhere('docker-desktop', '6.6.12-linuxkit', 'Docker Desktop'),
)
test(
  "a socket that leads to another machine is refused, although that has this one's name",
  isRefused,
  engineThatSays({ info: { KernelVersion: '6.1.0-18-amd64' } }),
  elsewhere(hostname(), '6.1.0-18-amd64', 'Debian GNU/Linux 12 (bookworm)'),
)
test(
  'an engine outside the container that lab runs in is refused',
  isRefused,
  engineThatSays({ info: { Name: 'box' } }),
  elsewhere('box', release(), 'Debian GNU/Linux 12 (bookworm)'),
)
test(
  'containers of Windows are refused',
  isRefused,
  engineThatSays({ info: { OSType: 'windows' } }),
  {
    reason: 'elsewhere',
    problem: `it runs containers of Windows\n${WHY}`,
    remedy: ELSEWHERE,
  },
)
test(
  'an engine of another architecture is refused',
  isRefused,
  engineThatSays({ info: { Architecture: 'i686' } }),
  {
    reason: 'other-programs',
    problem: `it runs programs of i686, and lab's are of ${process.arch === 'x64' ? 'x86_64' : 'aarch64'}`,
    remedy: "Install the machine's own engine",
  },
)

const ROOTLESS =
  "it is rootless, and only root's engine may join the network namespaces that root has made"

test(
  'rootless Docker is refused',
  isRefused,
  engineThatSays({ info: { SecurityOptions: ['name=seccomp,profile=default', 'name=rootless'] } }),
  { reason: 'rootless', problem: ROOTLESS, remedy: "`sudo systemctl start docker` starts root's" },
)
test(
  'rootless Podman is refused',
  isRefused,
  engineThatSays({ headers: { 'Libpod-Api-Version': '4.3.1' }, info: { Rootless: true } }),
  {
    reason: 'rootless',
    problem: ROOTLESS,
    remedy: "`sudo systemctl start podman.socket` starts root's",
  },
)
test(
  'Docker 19.03 is too old',
  isRefused,
  engineThatSays({ headers: { 'Api-Version': '1.40' }, info: { ServerVersion: '19.03.15' } }),
  {
    reason: 'too-old',
    problem: 'it is Docker 19.03.15 (API 1.40), and labs need 20.10 (API 1.41) or newer',
    remedy: 'Install a newer Docker',
  },
)
test(
  'Podman 3.4 is too old, although its API is of the same version as that of 4.3',
  isRefused,
  engineThatSays({ headers: { 'Libpod-Api-Version': '3.4.4' }, info: { ServerVersion: '3.4.4' } }),
  {
    reason: 'too-old',
    problem: 'it is Podman 3.4.4, and labs need 4.3 or newer',
    remedy: 'Install a newer Podman',
  },
)

for (const [title, says] of [
  ['that does not answer in time', { delayMs: 60_000 }],
  ['whose /info does not come', { infoDelayMs: 60_000 }],
] as const) {
  test(
    `an engine ${title} is refused`,
    isRefused,
    engineThatSays(says),
    { reason: 'silent', problem: 'no answer within 0.05 s', remedy: suggestRestart('docker') },
    { timeoutMs: 50 },
  )
}

test(
  'an engine that hangs up is refused',
  isRefused,
  () => fakeStranger(socket => socket.destroy()),
  {
    reason: 'silent',
    problem: 'it hangs up without an answer',
    remedy: suggestRestart('docker'),
  },
)

const NO_ENGINE = 'what answers is no engine that labs know'
const WHO_LISTENS = 'Look who listens: `ss -lxtp`'

const strangers: readonly (readonly [string, () => Promise<FakeEngine>, string])[] = [
  [
    'does not speak HTTP',
    () => fakeStranger(socket => socket.end('220 box ESMTP\r\n')),
    'Parse Error: Expected HTTP/, RTSP/ or ICE/',
  ],
  [
    'is another server',
    engineThatSays({ status: 404, info: '404 page not found\n' }),
    'GET /info: HTTP 404 404 page not found',
  ],
  [
    'withholds /info',
    engineThatSays({ status: 403, info: '{"message":"authorization denied by plugin"}' }),
    'GET /info: HTTP 403 {"message":"authorization denied by plugin"}',
  ],
  ['sends no JSON', engineThatSays({ info: '<html>' }), 'GET /info: "<html>"'],
  ['sends other JSON', engineThatSays({ info: '[]' }), 'GET /info: "[]"'],
  [
    'does not tell the version of its API',
    engineThatSays({ headers: { 'Api-Version': '' } }),
    'GET /_ping: no Api-Version in the answer',
  ],
]

for (const [title, start, words] of strangers) {
  test(`what ${title} is refused`, isRefused, start, {
    reason: 'no-engine',
    problem: `${NO_ENGINE}\n${words}`,
    remedy: WHO_LISTENS,
  })
}

test(
  'an engine that fails is no stranger',
  isRefused,
  engineThatSays({ status: 500, info: '{"message":"database is locked"}' }),
  {
    reason: 'failing',
    problem: 'GET /info: HTTP 500 {"message":"database is locked"}',
    remedy: suggestRestart('docker'),
  },
)

test('a socket on which nobody listens any more is refused', async t => {
  const path = join(folder, 'left.sock')
  const server = createServer().listen(path)
  await once(server, 'listening')
  // To close removes the file; a second name outlives it.
  linkSync(path, `${path}.left`)
  server.close()
  const host = `unix://${path}.left`
  t.deepEqual((await refusalOf(host)).refusal, {
    reason: 'stopped',
    host,
    problem: `nobody listens there (connect ECONNREFUSED ${path}.left)`,
    remedy: `Start the engine that should listen at ${host}`,
  })
})

/** Host, what is there, refusal without the host. Nobody is asked. */
const unasked: readonly (readonly [string, Expected])[] = [
  [
    `unix://${folder}/none.sock`,
    {
      reason: 'absent',
      problem: 'there is no such socket',
      remedy: `Start the engine that should listen at unix://${folder}/none.sock`,
    },
  ],
  ...(['folder', 'file'] as const).map(
    kind =>
      [
        `unix://${folder}/${kind}`,
        {
          reason: 'no-engine',
          problem: `that is a ${kind}, no socket`,
          remedy: `\`ls -ld ${folder}/${kind}\` may tell who left it; remove it, and start the engine anew`,
        },
      ] as const,
  ),
  [
    'ssh://me@box',
    {
      reason: 'elsewhere',
      problem: `it is on another machine, behind ssh\n${WHY}`,
      remedy: ELSEWHERE,
    },
  ],
  [
    'npipe:////./pipe/docker_engine',
    {
      reason: 'elsewhere',
      problem: `labs reach an engine by unix:// or tcp:// alone\n${WHY}`,
      remedy: ELSEWHERE,
    },
  ],
  ...['tcp://192.0.2.1:2375', 'tcp://box.example:2376', 'tcp://[2001:db8::1]:2375'].map(
    host =>
      [
        host,
        { reason: 'elsewhere', problem: `it is on another machine\n${WHY}`, remedy: ELSEWHERE },
      ] as const,
  ),
  [
    'tcp://127.0.0.1:99999',
    {
      reason: 'misnamed',
      problem: 'that is no address',
      remedy: 'It is written tcp://127.0.0.1:2375; or `unset DOCKER_HOST`',
    },
  ],
]
mkdirSync(join(folder, 'folder'))
writeFileSync(join(folder, 'file'), '')

for (const [host, expected] of unasked) {
  test(`${host.replace(folder, '')} is refused without asking`, async t => {
    t.deepEqual((await refusalOf(host)).refusal, { host, ...expected })
  })
}

test('certificates that cannot be read are named', async t => {
  const environment = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder }
  const { refusal } = await refusalOf('tcp://127.0.0.1:2376', { environment })
  t.is(refusal.problem, `ENOENT: no such file or directory, open '${folder}/ca.pem'`)
  t.is(refusal.remedy, 'DOCKER_CERT_PATH is the folder of ca.pem, cert.pem and key.pem')
})

test('Docker tells of itself', async t => {
  await using engine = await fakeEngine({ info: { ServerVersion: '27.1.0' } })
  t.deepEqual(await askEngine(engine.host), {
    kind: 'docker',
    host: engine.host,
    version: '27.1.0',
    hasHealthchecks: true,
  })
})

test('Podman tells of itself, in its own spelling of architectures', async t => {
  await using engine = await fakeEngine({
    headers: { 'Libpod-Api-Version': '5.4.2' },
    info: { ServerVersion: '5.4.2', Architecture: process.arch === 'x64' ? 'amd64' : 'arm64' },
  })
  const { kind, version } = await askEngine(engine.host)
  t.deepEqual({ kind, version }, { kind: 'podman', version: '5.4.2' })
})

test('an engine of this machine may be reached by TCP', async t => {
  await using engine = await fakeEngine({ tcp: true })
  t.is((await askEngine(engine.host, { environment: {} })).host, engine.host)
  const own = Object.values(networkInterfaces())
    .flat()
    .find(address => address?.family === 'IPv4' && !address.internal)
  if (own === undefined) return t.log('this machine has no address of its own')
  const { port } = new URL(engine.host)
  const host = `tcp://${own.address}:${port}`
  t.is((await askEngine(host, { environment: {} })).host, host)
})

test('a relative socket is found again from elsewhere', async t => {
  await using engine = await fakeEngine()
  const path = relative(process.cwd(), engine.host.slice('unix://'.length))
  t.is((await askEngine(`unix://${path}`)).host, engine.host)
})
