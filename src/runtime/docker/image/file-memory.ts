import { createHash } from 'node:crypto'
import { createReadStream, renameSync, statSync, writeFileSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { pipeline } from 'node:stream/promises'
import { readIfThere } from '../../../lab/read-if-there.ts'

/** What is known of files as long as they stay as they are, from one command to the next. */
export interface FileMemory {
  sha256Of(path: string): Promise<string>
  /** Words found out about a file by `find`, remembered until one of `witnesses` changes. */
  wordsOf(
    path: string,
    witnesses: readonly string[],
    find: () => Promise<readonly string[]>,
  ): Promise<readonly string[]>
  /** Keeps what was asked for. A folder that cannot be written to is none. */
  save(): void
}

/** Where Node.js keeps compiled code, which is also where this user may write; none where it keeps none. */
export function cacheFolder(): string | null {
  return getCompileCacheDir() ?? null
}

/**
 * Opens the memory kept in a folder. A file counts as unchanged as it does for git's index: by its device, inode, size and
 * times. What cannot be read there is found out again.
 */
export function openFileMemory(folder: string | null): FileMemory {
  const path = folder === null ? null : `${folder}/${FILE}`
  const before = path === null ? new Map<string, string>() : read(path)
  const now = new Map<string, string>()
  const startedNs = BigInt(Date.now()) * 1_000_000n

  async function recall(key: string, witnesses: readonly string[], find: () => Promise<string>) {
    const states = witnesses.map(stateOf)
    const known = [key, ...states.map(({ text }) => text)].join(' ')
    const value = before.get(known) ?? (await find())
    // A file changed in this very moment may change again without a new time.
    if (states.every(({ changedNs }) => changedNs < startedNs - RACY_NS)) now.set(known, value)
    return value
  }
  return {
    sha256Of: file => recall('sha256', [file], () => hashFile(file)),
    async wordsOf(file, witnesses, find) {
      const text = await recall('words', [file, ...witnesses], async () =>
        (await find()).join('\n'),
      )
      return text.split('\n').filter(word => word !== '')
    },
    save() {
      if (path === null || hasSameKeys(before, now)) return
      try {
        writeFileSync(`${path}.${process.pid}`, JSON.stringify([...now]))
        renameSync(`${path}.${process.pid}`, path)
      } catch {
        // Only the time of the next command is lost.
      }
    },
  }
}

const FILE = 'lab-image-files.json'
const RACY_NS = 100_000_000n

function read(path: string): ReadonlyMap<string, string> {
  try {
    const pairs: unknown = JSON.parse(readIfThere(path) ?? '[]')
    return new Map(Array.isArray(pairs) ? pairs.filter(isPair) : [])
  } catch {
    // Damaged: nothing is known.
    return new Map()
  }
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string'
}

function stateOf(path: string) {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
  return { text: [path, dev, ino, size, mtimeNs, ctimeNs].join(':'), changedNs: ctimeNs }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), hash)
  return hash.digest('hex')
}

const CHUNK_BYTES = 1024 * 1024

function hasSameKeys(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) {
  return one.size === other.size && [...one.keys()].every(key => other.has(key))
}
