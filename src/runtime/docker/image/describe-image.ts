import { createHash } from 'node:crypto'
import { systemPath } from '../../../linux/system-path.ts'
import { cacheFolder, openFileMemory } from './file-memory.ts'
import type { ImageContent, ImageEntry } from './image-content.ts'
import { LAB_FOLDER, listLabFiles, readLabVersion } from './list-lab-files.ts'
import { listSystemFiles } from './list-system-files.ts'

/**
 * What lab's image is made of on this machine, and the name that follows from it: the same content has the same
 * reference, and any other content another. Hashes are remembered where Node.js keeps its compile cache. Throws LabError
 * where a program or library that belongs into it is missing.
 */
export async function describeImage(folder = cacheFolder()): Promise<ImageContent> {
  const memory = openFileMemory(folder)
  const layers = [await listSystemFiles(memory), listLabFiles()].map(sortByPath)
  const version = readLabVersion()
  const hash = createHash('sha256')
  hash.update(JSON.stringify([FORMAT, process.arch, version, ENVIRONMENT]))
  for (const entry of layers.flat()) hash.update(JSON.stringify(await identify(entry)))
  memory.save()
  const digits = hash.digest('hex').slice(0, 12)
  const labels = {
    'lab.image': digits,
    'org.opencontainers.image.title': 'lab',
    'org.opencontainers.image.version': version,
  }
  const reference = `localhost/lab:${digits}`
  return { reference, hash: digits, layers, environment: ENVIRONMENT, labels }

  async function identify(entry: ImageEntry) {
    if (entry.kind !== 'file') return entry
    const { kind, path, mode, source } = entry
    return { kind, path, mode, sha256: await memory.sha256Of(source) }
  }
}

/** Goes up with what makes another image of the same files. */
const FORMAT = 1

/** Compiled code is in the image, made for its paths; whoever may not write there reads it all the same. */
const ENVIRONMENT = {
  PATH: systemPath,
  NODE_COMPILE_CACHE: `${LAB_FOLDER}/.cache`,
  NODE_COMPILE_CACHE_PORTABLE: '1',
}

function sortByPath(entries: readonly ImageEntry[]): ImageEntry[] {
  return entries.toSorted((one, other) => (one.path < other.path ? -1 : 1))
}
