import { systemPath } from '../../../linux/system-path.ts'
import { cacheFolder, openFileMemory } from './file-memory.ts'
import { hashImage } from './hash-image.ts'
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
  const content = { layers, environment: ENVIRONMENT, version: readLabVersion() }
  const hash = await hashImage(content, memory.sha256Of)
  memory.save()
  return { ...content, reference: `localhost/lab:${hash}`, hash }
}

/** Compiled code is in the image, made for its paths; whoever may not write there reads it all the same. */
const ENVIRONMENT = {
  PATH: systemPath,
  NODE_COMPILE_CACHE: `${LAB_FOLDER}/.cache`,
  NODE_COMPILE_CACHE_PORTABLE: '1',
}

function sortByPath(entries: readonly ImageEntry[]): ImageEntry[] {
  return entries.toSorted((one, other) => (one.path < other.path ? -1 : 1))
}
