import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pack as newPack, type Pack } from 'tar-stream'
import type { ImageContent, ImageEntry } from './image-content.ts'

/**
 * An image as `docker load` takes it, as a stream: two layers, the configuration and the manifest (Docker's image
 * specification 1.2, which every engine reads). The same content and time give the same bytes. `more` is asked for what stands
 * in the last layer besides, once the others are through.
 */
export function writeArchive(
  content: ImageContent,
  more: MoreEntries,
  createdAt = new Date(),
): Readable {
  return Readable.from(
    bytesOf(newPack(), archive => fill(archive, content, more, createdAt.toISOString())),
    {
      objectMode: false,
    },
  )
}

type MoreEntries = () => Promise<readonly ImageEntry[]>

/** A tar while it is being filled; the error of either is that of both. */
async function* bytesOf(
  tar: Pack,
  fillIt: (tar: Pack) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  fillIt(tar).catch((error: Error) => tar.destroy(error))
  try {
    for await (const chunk of tar) if (chunk instanceof Uint8Array) yield chunk
  } finally {
    tar.destroy()
  }
}

async function fill(
  archive: Pack,
  content: ImageContent,
  more: MoreEntries,
  created: string,
): Promise<void> {
  const layers: string[] = []
  const seen = new Set<string>()
  for (const [index, entries] of content.layers.entries()) {
    const isLast = index === content.layers.length - 1
    const all = withFolders(isLast ? [...entries, ...(await more())] : entries, seen)
    layers.push(await writeLayer(archive, nameOfLayer(index), all))
  }
  const config = JSON.stringify(configOf(content, layers, created))
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`
  archive.entry({ name: configName, ...PLAIN }, config)
  const manifest = [
    {
      Config: configName,
      RepoTags: [content.reference],
      Layers: layers.map((_, at) => nameOfLayer(at)),
    },
  ]
  archive.entry({ name: 'manifest.json', ...PLAIN }, JSON.stringify(manifest))
  archive.finalize()
}

const EPOCH = new Date(0)
const PLAIN = { mode: 0o644, mtime: EPOCH }

function nameOfLayer(index: number): string {
  return `layer-${index + 1}.tar`
}

interface SizedEntry {
  readonly entry: ImageEntry
  readonly sizeBytes: number
}

/** What stands above an entry comes first; a folder that an earlier layer has is not told again. */
function withFolders(entries: readonly ImageEntry[], seen: Set<string>): ImageEntry[] {
  const given = new Map(entries.map(entry => [entry.path, entry]))
  for (const { path } of entries) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end)
      if (!given.has(folder)) given.set(folder, { kind: 'folder', path: folder, mode: 0o755 })
    }
  }
  const news = [...given.values()].filter(({ kind, path }) => kind !== 'folder' || !seen.has(path))
  for (const { path } of news) seen.add(path)
  return news.toSorted((one, other) => (one.path < other.path ? -1 : 1))
}

/** A tar in the tar, written as it is made; gives the layer's hash, which is its name in the configuration. */
async function writeLayer(
  archive: Pack,
  name: string,
  entries: readonly ImageEntry[],
): Promise<string> {
  const sized = entries.map(entry => ({ entry, sizeBytes: sizeOf(entry) }))
  const size = sized.reduce((sum, { sizeBytes }) => sum + BLOCK_BYTES + padded(sizeBytes), 0)
  const sink = archive.entry({ name, size: size + END_BYTES, ...PLAIN })
  const hash = createHash('sha256')
  for await (const chunk of bytesOf(newPack(), layer => fillLayer(layer, sized))) {
    hash.update(chunk)
    await write(sink, chunk)
  }
  sink.end(null)
  return `sha256:${hash.digest('hex')}`
}

const BLOCK_BYTES = 512
const END_BYTES = 1024

function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES
}

function sizeOf(entry: ImageEntry): number {
  if (entry.kind === 'file') return statSync(entry.source).size
  return entry.kind === 'text' ? Buffer.byteLength(entry.text) : 0
}

async function fillLayer(layer: Pack, entries: readonly SizedEntry[]): Promise<void> {
  for (const { entry, sizeBytes } of entries) await writeEntry(layer, entry, sizeBytes)
  layer.finalize()
}

async function writeEntry(layer: Pack, entry: ImageEntry, size: number): Promise<void> {
  const name = entry.path.slice(1)
  const mtime = EPOCH
  if (entry.kind === 'folder') layer.entry({ name, type: 'directory', mode: entry.mode, mtime })
  if (entry.kind === 'link') {
    layer.entry({ name, type: 'symlink', linkname: entry.target, mode: 0o777, mtime })
  }
  if (entry.kind === 'text') layer.entry({ name, mode: entry.mode, mtime }, entry.text)
  if (entry.kind === 'file') {
    const sink = layer.entry({ name, size, mode: entry.mode, mtime })
    const content = createReadStream(entry.source, { highWaterMark: CHUNK_BYTES })
    for await (const chunk of content) await write(sink, chunk)
    sink.end(null)
  }
}

/** Waits where there is no room; rejects when the tar is destroyed meanwhile, as it is by an error of its own. */
async function write(sink: ReturnType<Pack['entry']>, chunk: Uint8Array): Promise<void> {
  if (!sink.write(chunk)) await once(sink, 'drain')
}

const CHUNK_BYTES = 1024 * 1024

function configOf(
  { environment, hash, version }: ImageContent,
  layers: readonly string[],
  created: string,
) {
  return {
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: 'linux',
    created,
    config: {
      Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      WorkingDir: '/',
      Labels: {
        'lab.image': hash,
        'org.opencontainers.image.title': 'lab',
        'org.opencontainers.image.version': version,
      },
    },
    rootfs: { type: 'layers', diff_ids: layers },
    history: layers.map(() => ({ created, created_by: 'lab' })),
  }
}

/** As Go calls them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64' }
