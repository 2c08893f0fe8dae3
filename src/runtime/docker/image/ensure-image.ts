import { LabError } from '../../../lab/lab-error.ts'
import type { Engine } from '../engine.ts'
import { explainEngineError } from '../explain-engine-error.ts'
import type { ImageContent } from './image-content.ts'
import { readLabels } from './read-labels.ts'
import { readLoadProblem } from './read-load-problem.ts'

/**
 * Makes sure that an engine has lab's image: asks it, and else sends it one as it is being written, with no file in between.
 * Two that do so at once come to the same. Throws LabError in the engine's words; when aborted, the signal's reason.
 */
export async function ensureImage(
  engine: Engine,
  content: ImageContent,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<'there' | 'loaded'> {
  const { reference } = content
  try {
    if (await readLabels(engine, reference)) return 'there'
    await load(engine, content, signal)
    if ((await readLabels(engine, reference)) === null) {
      throw new Error('it took the archive, but does not list the image')
    }
    return 'loaded'
  } catch (error) {
    signal?.throwIfAborted()
    throw explainEngineError(error, engine, `Cannot load lab's image ${reference}`)
  }
}

async function load(engine: Engine, content: ImageContent, signal?: AbortSignal): Promise<void> {
  const [{ compileDaemons }, { writeArchive }] = await Promise.all([
    import('./compile-daemons.ts'),
    import('./write-archive.ts'),
  ])
  const failed = new AbortController()
  // Without it the image is slower and no worse.
  const compiling = compileDaemons(content, signal).catch(() => null)
  const archive = writeArchive(content, async () => (await compiling)?.entries ?? [])
  // The request would wait for ever for the rest of an archive that cannot be written.
  archive.once('error', error => failed.abort(error))
  const abortSignal = AbortSignal.any([failed.signal, ...(signal ? [signal] : [])])
  try {
    const answer = await engine.api.loadImage(archive, { quiet: true, abortSignal })
    const problem = await readLoadProblem(answer)
    if (problem !== null) throw new Error(problem)
  } catch (error) {
    throw failed.signal.aborted ? ownFailure(content, failed.signal.reason) : plainly(error)
  } finally {
    archive.destroy()
    await (await compiling)?.[Symbol.asyncDispose]()
  }
}

/** What is no fault of the engine's. */
function ownFailure({ reference }: ImageContent, reason: unknown): LabError {
  const words = reason instanceof Error ? reason.message : String(reason)
  return new LabError(`Cannot make lab's image ${reference}: ${words}`, { cause: reason })
}

/** Podman tries each form that an archive may have, and tells of all; what it says of this one counts. */
function plainly(error: unknown): unknown {
  const words =
    error instanceof Error ? /^ *\* docker-archive: (.*)$/m.exec(error.message)?.[1] : null
  return words ? new Error(words, { cause: error }) : error
}
