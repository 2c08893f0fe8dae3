import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { execa } from 'execa'
import { isInstalled } from '../../../src/linux/programs.ts'
import { EngineUnusable } from '../../../src/runtime/docker/engine-unusable.ts'
import { type Environment, resolveEndpoint } from '../../../src/runtime/docker/resolve-endpoint.ts'

const home = mkdtempSync(join(tmpdir(), 'lab-endpoint-'))
test.after.always(() => rmSync(home, { recursive: true }))

/** A folder of settings as the docker CLI writes it. */
function settings(name: string, current: string, contexts: Readonly<Record<string, string>>) {
  const folder = join(home, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'config.json'), current)
  for (const [context, meta] of Object.entries(contexts)) {
    const hash = createHash('sha256').update(context).digest('hex')
    mkdirSync(join(folder, 'contexts/meta', hash), { recursive: true })
    writeFileSync(join(folder, 'contexts/meta', hash, 'meta.json'), meta)
  }
  return folder
}

function meta(name: string, host: string): string {
  const Endpoints = { docker: { Host: host, SkipTLSVerify: false } }
  return JSON.stringify({ Name: name, Metadata: {}, Endpoints })
}

const contexts = {
  near: meta('near', 'unix:///tmp/near.sock'),
  far: meta('far', 'ssh://me@far'),
  broken: '{',
}
const none = settings('none', '{}', contexts)
const near = settings('near', '{"auths": {}, "currentContext": "near"}', contexts)
const lost = settings('lost', '{"currentContext": "lost"}', {})
const garbled = settings('garbled', '{"currentContext": "near"', contexts)
settings('.docker', '{"currentContext": "far"}', contexts)

const unreadable = settings('unreadable', '{}', { held: '{}' })
rmSync(join(unreadable, 'config.json'))
mkdirSync(join(unreadable, 'config.json'))

const DEFAULT = 'unix:///var/run/docker.sock'

/** Environment, host, who names it. */
const table: readonly (readonly [Environment, string, string | null])[] = [
  [{ DOCKER_CONFIG: none }, DEFAULT, null],
  [{ DOCKER_CONFIG: '/nonexistent' }, DEFAULT, null],
  [{ DOCKER_CONFIG: garbled }, DEFAULT, null],
  [{ DOCKER_CONFIG: unreadable }, DEFAULT, null],
  [{ DOCKER_CONFIG: none, DOCKER_HOST: '', DOCKER_CONTEXT: '' }, DEFAULT, null],
  [{ DOCKER_CONFIG: near, DOCKER_CONTEXT: 'default' }, DEFAULT, null],
  [
    { DOCKER_CONFIG: near },
    'unix:///tmp/near.sock',
    `The docker context "near", of ${near}/config.json,`,
  ],
  [{ HOME: home }, 'ssh://me@far', `The docker context "far", of ${home}/.docker/config.json,`],
  [
    { DOCKER_CONFIG: near, DOCKER_CONTEXT: 'far' },
    'ssh://me@far',
    'The docker context "far", of DOCKER_CONTEXT,',
  ],
  [
    { DOCKER_CONFIG: near, DOCKER_CONTEXT: 'far', DOCKER_HOST: 'unix:///tmp/x.sock' },
    'unix:///tmp/x.sock',
    'DOCKER_HOST',
  ],
  ...hostRows({
    'unix://': DEFAULT,
    'unix://rel/x': 'unix://rel/x',
    '  unix:///x ': 'unix:///x',
    // A path is no scheme: to the docker CLI too it is a machine's name that is left out.
    '/var/run/docker.sock': 'tcp://localhost:2375/var/run/docker.sock',
    'unix:/var/run/x': 'tcp://unix:2375/var/run/x',
    box: 'tcp://box:2375',
    'tcp://': 'tcp://localhost:2375',
    ':2376': 'tcp://localhost:2376',
    'tcp://192.0.2.1:2375': 'tcp://192.0.2.1:2375',
    'tcp://box:2375/path': 'tcp://box:2375/path',
    '[::1]:2375': 'tcp://[::1]:2375',
    'ssh://me@box': 'ssh://me@box',
  }),
]

function hostRows(hosts: Readonly<Record<string, string>>) {
  return Object.entries(hosts).map(
    ([given, host]) => [{ DOCKER_CONFIG: near, DOCKER_HOST: given }, host, 'DOCKER_HOST'] as const,
  )
}

for (const [environment, host, namedBy] of table) {
  const title = JSON.stringify(environment).replaceAll(home, '')
  test(`${title} means ${host}`, t => {
    t.deepEqual(resolveEndpoint(environment), { host, namedBy })
  })

  const likeTheCli = isInstalled('docker') ? test : test.skip
  likeTheCli(`${title} means the same to the docker CLI`, async t => {
    const { stdout } = await execa(
      'docker',
      ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'],
      { env: environment, extendEnv: false, preferLocal: false, cwd: home },
    )
    t.is(stdout, host)
  })
}

test('to speak TLS by default is to use TCP', t => {
  t.deepEqual(resolveEndpoint({ DOCKER_CONFIG: none, DOCKER_TLS_VERIFY: '1' }), {
    host: 'tcp://localhost:2376',
    namedBy: 'DOCKER_TLS_VERIFY',
  })
})

const hashOf = (name: string) => createHash('sha256').update(name).digest('hex')

/** Environment, message, hint. */
const refused: readonly (readonly [Environment, string, string])[] = [
  [
    { DOCKER_CONFIG: unreadable, DOCKER_CONTEXT: 'held' },
    `Docker context "held", which DOCKER_CONTEXT names: it names no engine\n${unreadable}/contexts/meta/${hashOf('held')}/meta.json`,
    '`docker context ls` lists those there are; or `unset DOCKER_CONTEXT`.',
  ],
  [
    { DOCKER_CONFIG: none, DOCKER_CONTEXT: 'lost' },
    `Docker context "lost", which DOCKER_CONTEXT names: there is no such context\n${none}/contexts/meta/${hashOf('lost')}/meta.json is not there`,
    '`docker context ls` lists those there are; or `unset DOCKER_CONTEXT`.',
  ],
  [
    { DOCKER_CONFIG: lost },
    `Docker context "lost", which ${lost}/config.json names: there is no such context\n${lost}/contexts/meta/${hashOf('lost')}/meta.json is not there`,
    '`docker context ls` lists those there are; `docker context use default` takes none of them.',
  ],
  [
    { DOCKER_CONFIG: none, DOCKER_CONTEXT: 'broken' },
    `Docker context "broken", which DOCKER_CONTEXT names: its file cannot be read\n${none}/contexts/meta/${hashOf('broken')}/meta.json: Expected property name or '}' in JSON at position 1 (line 1 column 2)`,
    '`docker context ls` lists those there are; or `unset DOCKER_CONTEXT`.',
  ],
  ...['http://box:1', 'foo://bar', '[::1]', 'unix://a://b'].map(
    host =>
      [
        { DOCKER_HOST: host },
        `DOCKER_HOST=${host}: that is no address of an engine`,
        'DOCKER_HOST is one such as unix:///var/run/docker.sock; or `unset DOCKER_HOST`.',
      ] as const,
  ),
]

for (const [environment, message, hint] of refused) {
  test(`${JSON.stringify(environment).replaceAll(home, '')} is refused`, t => {
    const error = t.throws(() => resolveEndpoint(environment), { instanceOf: EngineUnusable })
    t.is(error?.message, message)
    t.is(error?.hint, hint)
    t.is(error?.standing, 'Nothing was changed.')
    t.is(error?.exitCode, 3)
  })
}
