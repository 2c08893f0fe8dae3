import process from 'node:process'
import test from 'ava'
import { LabError } from '../../../src/lab/lab-error.ts'
import { connectEngine } from '../../../src/runtime/docker/connect-engine.ts'
import type { Engine } from '../../../src/runtime/docker/engine.ts'
import { explainEngineError } from '../../../src/runtime/docker/explain-engine-error.ts'
import { suggestRestart } from '../../../src/runtime/docker/suggest-restart.ts'
import { suggestStart } from '../../../src/runtime/docker/suggest-start.ts'
import { engineHosts } from '../../host/support/engine-hosts.ts'

const engines = {
  docker: { kind: 'docker', host: 'unix:///var/run/docker.sock' },
  podman: { kind: 'podman', host: 'unix:///run/podman/podman.sock' },
} as const
const WHAT = 'Cannot start container lab-demo-dnsmasq-qdhcp-1'

/** As docker-modem makes it of an answer that is no success. */
function answered(statusCode: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${message} `), {
    statusCode,
    reason: 'server error',
    json: { message },
  })
}

function failed(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

interface Row {
  readonly title: string
  readonly kind: Engine['kind']
  readonly error: unknown
  readonly words: string
  readonly meaning?: string
  readonly hint: string | null
}

const ID = '461932e7926b5a0a1d532e7a3dd98b2711177bf6dac98c319ef51cbc7dd13a45'

function row(
  title: string,
  kind: Engine['kind'],
  [status, words]: readonly [number, string],
  [hint, meaning]: readonly [string | null, string?],
): Row {
  const error = answered(status, words)
  return { title, kind, error, words, hint, ...(meaning === undefined ? {} : { meaning }) }
}

const FULL = 'Its disk is full.'
const LIMITS = 'It asks for more than its own limits, and lacks CAP_SYS_RESOURCE to raise them.'
const UNSEEN = "The file is this machine's, and the engine sees other files, or it has just gone."
const LACKS = [
  'The Dockerfile of lab shows what an image must bring; without --image lab makes one by itself.',
  'The image lacks a program that lab calls.',
] as const
const PODMAN_LIMITS =
  'Lower `default_ulimits` below `[containers]` in /etc/containers/containers.conf, or start it with higher ones (`ulimit -n`, `ulimit -u`).'

function isOneOfThisMachine(host: string): string {
  return `Is ${host} an engine of this machine? One in a virtual machine, in a container or behind ssh cannot run a lab.`
}

/** The words are those of Docker 20.10.24, Podman 4.3.1, runc 1.1.5 and crun 1.8.1. */
const table: readonly Row[] = [
  row(
    'a full disk',
    'docker',
    [500, 'mkdir /var/lib/docker/overlay2/1-init: no space left on device'],
    ['`docker system df` tells what takes it, `docker system prune` frees what nobody uses.', FULL],
  ),
  row(
    'a full disk',
    'podman',
    [
      500,
      'writing blob: storing blob to file "/var/tmp/storage1/1": write: no space left on device',
    ],
    ['`podman system df` tells what takes it, `podman system prune` frees what nobody uses.', FULL],
  ),
  row(
    "lab's image, removed meanwhile",
    'docker',
    [404, 'No such image: localhost/lab:0123456789ab'],
    ['The image was removed meanwhile; `lab up` loads it again.'],
  ),
  row(
    'an image that is not there',
    'podman',
    [404, 'no such image: example.org/agents:1: image not known'],
    ['Load it or pull it first, or leave out --image: lab makes one by itself.'],
  ),
  row(
    'a file that the engine does not see',
    'docker',
    [
      400,
      'invalid mount config for type "bind": bind source path does not exist: /run/netns/qdhcp-1',
    ],
    [isOneOfThisMachine('unix:///var/run/docker.sock'), UNSEEN],
  ),
  row(
    'a file that the engine does not see',
    'podman',
    [500, 'statfs /var/lib/lab/demo: no such file or directory'],
    [isOneOfThisMachine('unix:///run/podman/podman.sock'), UNSEEN],
  ),
  row(
    'a namespace that the engine does not see',
    'podman',
    [
      500,
      'container create: cannot find specified network namespace path: stat /run/netns/nope: no such file or directory',
    ],
    [isOneOfThisMachine('unix:///run/podman/podman.sock'), UNSEEN],
  ),
  row(
    'crun on hybrid cgroups',
    'podman',
    [
      500,
      'crun: cgroups in hybrid mode not supported, drop all controllers from cgroupv2: OCI runtime error',
    ],
    [
      'Install runc, and set `runtime = "runc"` below `[engine]` in /etc/containers/containers.conf.',
      "crun cannot use this machine's cgroups, of which some are v1 and some v2; runc can.",
    ],
  ),
  row(
    "limits above the engine's, as runc says it",
    'docker',
    [
      500,
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error setting rlimits for ready process: error setting rlimit type 7: operation not permitted: unknown',
    ],
    [
      'Lower `default-ulimits` in /etc/docker/daemon.json, or start it with higher ones (`ulimit -n`, `ulimit -u`).',
      LIMITS,
    ],
  ),
  row(
    "limits above the engine's, as crun says it",
    'podman',
    [500, 'crun: setrlimit `RLIMIT_NPROC`: Operation not permitted: OCI permission denied'],
    [PODMAN_LIMITS, LIMITS],
  ),
  row(
    'a name that is taken',
    'docker',
    [
      409,
      `Conflict. The container name "/lab-demo-dnsmasq" is already in use by container "${ID}". You have to remove (or rename) that container to be able to reuse that name.`,
    ],
    ['`docker inspect 461932e7926b` shows whose it is; `docker rm -f 461932e7926b` removes it.'],
  ),
  row(
    'a name that is taken',
    'podman',
    [
      500,
      `container create: creating container storage: the container name "lab-demo-dnsmasq" is already in use by ${ID}. You have to remove that container to be able to reuse that name: that name is already in use`,
    ],
    ['`podman inspect 461932e7926b` shows whose it is; `podman rm -f 461932e7926b` removes it.'],
  ),
  row(
    "a program that somebody's image lacks, as runc says it",
    'docker',
    [
      400,
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
    ],
    LACKS,
  ),
  row(
    "a program that somebody's image lacks, as crun says it",
    'podman',
    [
      500,
      'crun: executable file `nope` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found',
    ],
    LACKS,
  ),
  row('what nobody foresaw', 'docker', [500, 'layer does not exist'], [null]),
  ...[
    failed('ECONNREFUSED', 'connect ECONNREFUSED /var/run/docker.sock'),
    failed('ENOENT', 'connect ENOENT /var/run/docker.sock'),
    failed('ECONNRESET', 'socket hang up'),
  ].map(
    (error): Row => ({
      title: `an engine that has gone: ${error.message}`,
      kind: 'docker',
      error,
      words: error.message,
      meaning: 'The engine has gone.',
      hint: `${suggestStart('unix:///var/run/docker.sock')}; then the same again.`,
    }),
  ),
  {
    title: 'a call that is given up',
    kind: 'docker',
    error: failed('ABORT_ERR', 'The operation was aborted'),
    words: 'The operation was aborted',
    meaning: 'It has not answered within 60 s.',
    hint: `${suggestRestart('unix:///var/run/docker.sock')}; then the same again.`,
  },
  { title: 'no error at all', kind: 'docker', error: 'aborted', words: 'aborted', hint: null },
]

for (const { title, kind, error, words, meaning, hint } of table) {
  test(`${kind}: ${title}`, t => {
    const explained = explainEngineError(error, engines[kind], WHAT)
    const name = kind === 'docker' ? 'Docker' : 'Podman'
    const lines = [
      WHAT,
      `${name} at ${engines[kind].host}: ${words}`,
      ...(meaning ? [meaning] : []),
    ]
    t.is(explained.message, lines.join('\n'))
    t.is(explained.hint, hint)
    t.is(explained.cause, error)
  })
}

test('commands to paste talk to the engine that failed', t => {
  const error = answered(500, 'no space left on device')
  const hints = (['docker', 'podman'] as const).map(
    kind => explainEngineError(error, { kind, host: 'unix:///tmp/x.sock' }, WHAT).hint,
  )
  t.true(hints[0]?.startsWith('`docker --host=unix:///tmp/x.sock system df`'))
  t.true(hints[1]?.startsWith('`podman --remote --url=unix:///tmp/x.sock system df`'))
})

test('what has been explained is not explained again', t => {
  const explained = new LabError('Cannot do this')
  t.is(explainEngineError(explained, engines.docker, WHAT), explained)
})

/** Real refusals: what is asked for, and how the hint begins. */
const asked = [
  [
    'an image that is not there',
    { Image: 'localhost/lab:ffffffffffff' },
    'The image was removed meanwhile',
  ],
] as const

for (const kind of ['docker', 'podman'] as const) {
  for (const [title, options, begin] of asked) {
    const host = engineHosts[kind]
    const fullTitle = `${kind} itself is understood: ${title}`
    if (host === undefined) {
      if (process.env.LAB_REQUIRE_DOCKER === '1') test(fullTitle, t => t.fail(`no ${kind}`))
      else test.skip(`${fullTitle} (no ${kind} for tests)`, t => t.pass())
      continue
    }
    test(fullTitle, async t => {
      const engine = await connectEngine(host)
      const error = await t.throwsAsync(engine.api.createContainer(options))
      const { hint } = explainEngineError(error, engine, WHAT)
      t.true(hint?.startsWith(begin), hint ?? 'no hint')
    })
  }
}
