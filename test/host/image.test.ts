import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { removeEngine } from '../../scripts/remove-engine.ts'
import { startEngine } from '../../scripts/start-engine.ts'
import { connectEngine } from '../../src/runtime/docker/connect-engine.ts'
import type { Engine } from '../../src/runtime/docker/engine.ts'
import { describeImage } from '../../src/runtime/docker/image/describe-image.ts'
import { ensureImage } from '../../src/runtime/docker/image/ensure-image.ts'
import type { ImageContent } from '../../src/runtime/docker/image/image-content.ts'
import { removeOldImages } from '../../src/runtime/docker/image/remove-old-images.ts'
import { engineTest } from './support/engines.ts'
import { lab, randomLabName } from './support/lab.ts'

/** Lab's image with a file more, so that no other test has it. */
async function wholeContent(): Promise<ImageContent> {
  const content = await describeImage()
  const [system = [], own = []] = content.layers
  const { mark, ...named } = markedContent()
  return { ...content, ...named, layers: [system, [...own, mark]] }
}

/** A file alone, where nothing is about what is in an image: the programs are most of what is sent. */
async function smallContent(): Promise<ImageContent> {
  const { mark, ...named } = markedContent()
  return { ...named, layers: [[mark]], environment: {}, version: '0' }
}

function markedContent() {
  const hash = randomHash()
  const mark = { kind: 'text', path: '/opt/lab/mark', mode: 0o644, text: hash } as const
  return { hash, reference: `localhost/lab:${hash}`, mark }
}

function randomHash(): string {
  return crypto.randomUUID().replaceAll('-', '').slice(0, 12)
}

async function withImage(
  host: string,
  describe: () => Promise<ImageContent>,
  body: (engine: Engine, content: ImageContent) => Promise<void>,
): Promise<void> {
  const engine = await connectEngine(host)
  const content = await describe()
  try {
    await body(engine, content)
  } finally {
    await engine.api
      .getImage(content.reference)
      .remove({ force: true })
      .catch(() => undefined)
  }
}

engineTest('two that load an image at once both have it', async (t, host) => {
  await withImage(host, smallContent, async (engine, content) => {
    const kept = await referencesAt(engine, content)
    const loads = await Promise.all([ensureImage(engine, content), ensureImage(engine, content)])
    t.deepEqual(loads, ['loaded', 'loaded'])
    t.is(await ensureImage(engine, content), 'there')
    // The one of them whose name the other has taken.
    await removeOldImages(engine, kept, { isDryRun: false })
  })
})

engineTest(
  'a load that is interrupted ends with the reason, and the next one loads',
  async (t, host) => {
    await withImage(host, wholeContent, async (engine, content) => {
      const signal = AbortSignal.timeout(150)
      const error = await t.throwsAsync(ensureImage(engine, content, { signal }))
      t.is(error, signal.reason)
      t.is(await ensureImage(engine, content), 'loaded')
    })
  },
)

engineTest(
  'a file that goes while it is sent is told of, and the engine keeps nothing',
  async (t, host) => {
    await withImage(host, smallContent, async (engine, content) => {
      const gone = { kind: 'file', path: '/zzz', mode: 0o644, source: '/nowhere/gone' } as const
      const broken = { ...content, layers: [...content.layers, [gone]] }
      await t.throwsAsync(ensureImage(engine, broken), {
        message: /^Cannot make lab's image localhost\/lab:[0-9a-f]{12}: ENOENT.*\/nowhere\/gone/,
      })
      t.is(await ensureImage(engine, content), 'loaded')
    })
  },
)

/** What each program of an image says by itself, which it does only if all of its libraries are there. */
const greetings: readonly [argv: readonly string[], greeting: RegExp][] = [
  [['haproxy', '-v'], /^HAProxy version/],
  [['dnsmasq', '--version'], /^Dnsmasq version/],
  [['nsenter', '--version'], /^nsenter from util-linux/],
  [['setpriv', '--version'], /^setpriv from util-linux/],
  [['sh', '-c', 'echo shell'], /^shell/],
  [['node', '--version'], /^v\d+\.\d+\.\d+$/m],
  [['nova-api-metadata'], /^nova-api-metadata cannot start: --config FILE is missing/],
  [['neutron-metadata-agent'], /^neutron-metadata-agent cannot start: --config FILE is missing/],
  [['neutron-ns-metadata-proxy'], /^neutron-ns-metadata-proxy cannot start: /],
  [['lab-healthcheck'], /^usage: lab-healthcheck/],
]

engineTest(
  'an image is loaded once, and every program starts in a container without capabilities that may write nowhere',
  async (t, host) => {
    await withImage(host, wholeContent, async (engine, content) => {
      t.is(await ensureImage(engine, content), 'loaded')
      t.is(await ensureImage(engine, content), 'there')
      const { Config, Os } = await engine.api.getImage(content.reference).inspect()
      t.is(Config.Labels['lab.image'], content.hash)
      t.is(Os, 'linux')
      await Promise.all(
        greetings.map(async ([argv, greeting]) => {
          t.regex(await runInContainer(engine, content.reference, argv), greeting)
        }),
      )
    })
  },
)

async function runInContainer(
  { api }: Engine,
  image: string,
  argv: readonly string[],
): Promise<string> {
  const container = await createContainer({ api }, image, argv)
  try {
    await container.start()
    await container.wait()
    return String(await container.logs({ stdout: true, stderr: true }))
  } finally {
    await container.remove({ force: true })
  }
}

function createContainer({ api }: Pick<Engine, 'api'>, image: string, argv: readonly string[]) {
  return api.createContainer({
    name: `lab-image-test-${randomLabName()}`,
    Image: image,
    Cmd: [...argv],
    Tty: true,
    HostConfig: {
      NetworkMode: 'host',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      Ulimits: [
        { Name: 'nofile', Soft: 1024, Hard: 4096 },
        { Name: 'nproc', Soft: 4096, Hard: 4096 },
      ],
    },
  })
}

/** Every image of lab's but one, which nobody here may remove. */
async function referencesAt({ api }: Engine, { reference }: ImageContent): Promise<Set<string>> {
  const images = await api.listImages({ filters: { label: ['lab.image'] } })
  const names = images.flatMap(({ Id, RepoTags }) => [...(RepoTags ?? []), Id])
  return new Set(names.filter(name => name !== reference))
}

engineTest('an old image is removed, unless a container uses it or it is kept', async (t, host) => {
  await withImage(host, smallContent, async (engine, content) => {
    await ensureImage(engine, content)
    const { reference } = content
    const kept = await referencesAt(engine, content)
    const remove = (besides: readonly string[], isDryRun = false) =>
      removeOldImages(engine, new Set([...kept, ...besides]), { isDryRun })
    const names = ({ gone, used }: Awaited<ReturnType<typeof remove>>) => [
      gone.map(({ image }) => image),
      used.map(({ image }) => image),
    ]
    t.deepEqual(names(await remove([reference])), [[], []])
    t.deepEqual(names(await remove([], true)), [[reference], []])
    const container = await createContainer(engine, reference, ['node'])
    t.deepEqual(names(await remove([])), [[], [reference]])
    await container.remove()
    t.deepEqual(names(await remove([])), [[reference], []])
    t.deepEqual(names(await remove([])), [[], []])
  })
})

engineTest(
  'an image that somebody has named stays when the name that lab gave it goes',
  async (t, host) => {
    await withImage(host, smallContent, async (engine, content) => {
      await ensureImage(engine, content)
      const { api } = engine
      const tag = randomHash()
      await api.getImage(content.reference).tag({ repo: 'registry.example/lab', tag })
      const kept = await referencesAt(engine, content)
      const { gone } = await removeOldImages(engine, kept, { isDryRun: false })
      t.deepEqual(
        gone.map(({ image }) => image),
        [content.reference],
      )
      await api.getImage(`registry.example/lab:${tag}`).remove()
    })
  },
)

engineTest('`lab image` prints the name of the image that is there then', async (t, host, kind) => {
  const { reference } = await describeImage()
  const run = (...args: readonly string[]) => lab(args, { env: { DOCKER_HOST: host } })
  t.like(await run('image'), { exitCode: 0, stdout: reference })
  const again = await run('image', '--json')
  t.like(JSON.parse(again.stdout), { reference, outcome: 'there', engine: { kind, host } })
})

engineTest('`lab clean --images` would not remove the image that is used now', async (t, host) => {
  await withImage(host, smallContent, async (engine, content) => {
    const { reference } = await describeImage()
    await Promise.all([ensureImage(engine, content), ensureImage(engine, await describeImage())])
    const args = ['clean', '--images', '--dry-run', '--json']
    const { exitCode, stdout } = await lab(args, { env: { DOCKER_HOST: host } })
    t.is(exitCode, 0)
    const answer = JSON.parse(stdout)
    const names = answer.images.map(({ image }: { readonly image: string }) => image)
    t.deepEqual([names.includes(content.reference), names.includes(reference)], [true, false])
    t.is(answer.engine, host)
  })
})

engineTest(
  'an engine whose disk is full is told of, and the image is not there',
  async (t, _host, kind) => {
    const folder = mkdtempSync(join(tmpdir(), 'lab-full-'))
    try {
      await execa('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', folder])
      const { host } = await startEngine(kind, join(folder, kind))
      const engine = await connectEngine(host)
      const error = await t.throwsAsync(ensureImage(engine, await describeImage()))
      t.regex(
        error?.message ?? '',
        /^Cannot load lab's image .*\n(Docker|Podman) at .*no space left on device/,
      )
      t.regex(error?.message ?? '', /^Its disk is full\.$/m)
      t.deepEqual(await engine.api.listImages({ filters: { label: ['lab.image'] } }), [])
    } finally {
      await removeEngine(kind, join(folder, kind))
      await execa('umount', [folder])
      rmSync(folder, { recursive: true })
    }
  },
)
