import { text } from 'node:stream/consumers'
import Docker from 'dockerode'
import { writeArchive } from '../../../src/runtime/docker/image/write-archive.ts'

/**
 * Gives an engine an image with no program in it. Not by its import, of which Podman keeps a file in /var/tmp. The answer is
 * read to its end, or its connection would keep the tests from ending.
 */
export async function loadEmptyImage(host: string, reference: string): Promise<void> {
  const api = new Docker({ socketPath: host.replace('unix://', '') })
  const layers = [[{ kind: 'folder', path: '/empty', mode: 0o755 } as const]]
  const content = { reference, hash: '', layers, environment: {}, version: '' }
  await text(
    await api.loadImage(
      writeArchive(content, async () => []),
      { quiet: true },
    ),
  )
}
