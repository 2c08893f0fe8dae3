import { createHash } from 'node:crypto'
import type { ImageContent, ImageEntry } from './image-content.ts'

/** Twelve hexadecimal digits that any other content of an image would change: paths, modes, contents, configuration. */
export async function hashImage(
  { layers, environment, version }: Pick<ImageContent, 'layers' | 'environment' | 'version'>,
  sha256Of: (path: string) => Promise<string>,
): Promise<string> {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([FORMAT, process.arch, version, environment]))
  for (const layer of layers) {
    hash.update('layer')
    for (const entry of layer) hash.update(JSON.stringify(await identify(entry)))
  }
  return hash.digest('hex').slice(0, 12)

  async function identify(entry: ImageEntry) {
    if (entry.kind !== 'file') return entry
    const { kind, path, mode, source } = entry
    return { kind, path, mode, sha256: await sha256Of(source) }
  }
}

/** Goes up with what makes another image of the same files. */
const FORMAT = 1
