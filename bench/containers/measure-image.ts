import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectEngine } from '../../src/runtime/docker/connect-engine.ts'
import { compileDaemons } from '../../src/runtime/docker/image/compile-daemons.ts'
import { describeImage } from '../../src/runtime/docker/image/describe-image.ts'
import { writeArchive } from '../../src/runtime/docker/image/write-archive.ts'
import { withLab } from '../lab-command.ts'
import { runTimed } from '../run-timed.ts'

/** Milliseconds for what happens once, until lab's own image is in an engine. */
export interface ImageTimes {
  /** With nothing remembered of any file. */
  readonly describe: number
  readonly describeAgain: number
  /** Written to nowhere. */
  readonly build: number
  readonly sizeBytes: number
  /** `lab up dhcp-mode` of an engine that has no such image. */
  readonly firstUp: number
}

/** Removes lab's image from an engine, in which no container may use it, and brings a lab up that has to make it. */
export async function measureImage(host: string, signal: AbortSignal): Promise<ImageTimes> {
  await using memory = await mkdtempDisposable(join(tmpdir(), 'lab-bench-'))
  const [content, describe] = await time(() => describeImage(memory.path))
  const [, describeAgain] = await time(() => describeImage(memory.path))
  const [sizeBytes, build] = await time(async () => {
    await using compiled = await compileDaemons(content, signal)
    let size = 0
    for await (const chunk of writeArchive(content, async () => compiled.entries))
      size += chunk.length
    return size
  })
  const { api } = await connectEngine(host)
  await api.getImage(content.reference).remove().catch(ignoreAbsent)
  const firstUp = await withLab(
    `bench-${process.pid}`,
    lab => runTimed([...lab.up('dhcp-mode')], signal),
    host,
  )
  return { describe, describeAgain, build, sizeBytes, firstUp: firstUp.milliseconds }
}

async function time<T>(action: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now()
  const result = await action()
  return [result, performance.now() - startedAt]
}

function ignoreAbsent(error: unknown): void {
  if (!(error instanceof Error && 'statusCode' in error && error.statusCode === 404)) throw error
}
