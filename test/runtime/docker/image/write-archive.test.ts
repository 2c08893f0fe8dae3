import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import test from 'ava'
import { extract } from 'tar-stream'
import type {
  ImageContent,
  ImageEntry,
} from '../../../../src/runtime/docker/image/image-content.ts'
import { writeArchive } from '../../../../src/runtime/docker/image/write-archive.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-archive-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const program = join(folder, 'program')
writeFileSync(program, 'p'.repeat(3_000_001))

const content: ImageContent = {
  reference: 'localhost/lab:0123456789ab',
  hash: '0123456789ab',
  layers: [
    [
      { kind: 'link', path: '/bin', target: 'usr/bin' },
      { kind: 'folder', path: '/tmp', mode: 0o1777 },
      { kind: 'file', path: '/usr/bin/program', mode: 0o755, source: program },
    ],
    [
      { kind: 'text', path: '/opt/lab/package.json', mode: 0o644, text: '{"ä":1}\n' },
      { kind: 'text', path: '/usr/bin/agent', mode: 0o755, text: '#!/usr/bin/node\n' },
    ],
  ],
  environment: { PATH: '/usr/bin' },
  version: '1.2.3',
}

const nothingMore = async () => []

interface TarEntry {
  readonly name: string
  readonly type: string
  readonly mode: number
  readonly mtime: number
  readonly body: Buffer
}

async function readTar(bytes: Buffer): Promise<TarEntry[]> {
  const entries: TarEntry[] = []
  const tar = extract()
  tar.end(bytes)
  for await (const entry of tar) {
    const { name, type, mode, mtime } = entry.header
    const chunks: Uint8Array[] = []
    for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk)
    entries.push({ name, type, mode, mtime: mtime.getTime(), body: Buffer.concat(chunks) })
  }
  return entries
}

const createdAt = new Date('2026-11-22T12:00:00Z')

async function readArchive(more: () => Promise<readonly ImageEntry[]> = nothingMore) {
  const bytes = await buffer(writeArchive(content, more, createdAt))
  const files = new Map((await readTar(bytes)).map(({ name, body }) => [name, body]))
  const [manifest] = JSON.parse(String(files.get('manifest.json')))
  const config = JSON.parse(String(files.get(manifest.Config)))
  const layers = manifest.Layers.map((name: string) => files.get(name) ?? Buffer.alloc(0))
  return { bytes, manifest, config, layers: layers as Buffer[] }
}

test('an image says when it was made', async t => {
  const { config } = await readArchive()
  t.is(config.created, '2026-11-22T12:00:00.000Z')
})

test('the same content and time give the same bytes', async t => {
  const [one, other] = await Promise.all([readArchive(), readArchive()])
  t.true(one.bytes.equals(other.bytes))
})

test('the manifest names the image, the configuration its layers by their hashes', async t => {
  const { manifest, config, layers } = await readArchive()
  t.deepEqual(manifest.RepoTags, ['localhost/lab:0123456789ab'])
  t.deepEqual(config.config, {
    Env: ['PATH=/usr/bin'],
    WorkingDir: '/',
    Labels: {
      'lab.image': '0123456789ab',
      'org.opencontainers.image.title': 'lab',
      'org.opencontainers.image.version': '1.2.3',
    },
  })
  const hashes = layers.map(layer => `sha256:${createHash('sha256').update(layer).digest('hex')}`)
  t.deepEqual(config.rootfs, { type: 'layers', diff_ids: hashes })
})

test('a layer has every folder before what is in it, and none that the layer below has', async t => {
  const { layers } = await readArchive()
  const names = await Promise.all(
    layers.map(async layer => (await readTar(layer)).map(({ name }) => name)),
  )
  t.deepEqual(names, [
    ['bin', 'tmp/', 'usr/', 'usr/bin/', 'usr/bin/program'].map(trim),
    ['opt/', 'opt/lab/', 'opt/lab/package.json', 'usr/bin/agent'].map(trim),
  ])
})

/** tar-stream reads a folder's name without its slash. */
function trim(name: string): string {
  return name.replace(/\/$/, '')
}

test('a layer keeps modes, contents and nothing of when it was made', async t => {
  const { layers } = await readArchive()
  const entries = (await Promise.all(layers.map(readTar))).flat()
  t.true(entries.every(({ mtime }) => mtime === 0))
  const find = (path: string) => entries.find(({ name }) => name === path)
  t.is(find('tmp')?.mode, 0o1777)
  t.is(find('usr/bin/program')?.body.length, 3_000_001)
  t.is(find('usr/bin/agent')?.mode, 0o755)
  t.is(String(find('opt/lab/package.json')?.body), '{"ä":1}\n')
})

test('what comes later stands in the last layer', async t => {
  const more: ImageEntry = { kind: 'text', path: '/opt/lab/.cache/x', mode: 0o644, text: 'code' }
  const { layers } = await readArchive(async () => [more])
  const last = await readTar(layers[1] ?? Buffer.alloc(0))
  t.deepEqual(
    last.map(({ name }) => name).filter(name => name.includes('cache')),
    ['opt/lab/.cache', 'opt/lab/.cache/x'],
  )
})

const breaks = test.macro(async (t, archive: () => Readable, message: RegExp) => {
  await t.throwsAsync(buffer(archive()), { message })
})

test(
  'a file that has gone ends the stream with its error',
  breaks,
  () => {
    const gone: ImageEntry = { kind: 'file', path: '/x', mode: 0o644, source: `${folder}/gone` }
    return writeArchive({ ...content, layers: [[gone], []] }, nothingMore)
  },
  /ENOENT.*gone/,
)
test(
  'what comes later and fails ends the stream with its error',
  breaks,
  () => writeArchive(content, () => Promise.reject(new Error('no compiler'))),
  /no compiler/,
)

test('a reader that goes away ends the writing', async t => {
  const archive = writeArchive(content, nothingMore)
  for await (const _ of archive) break
  t.true(archive.destroyed)
})
