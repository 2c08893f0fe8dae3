import type { Engine } from '../engine.ts'
import { explainEngineError } from '../explain-engine-error.ts'
import { compileDaemons } from './compile-daemons.ts'
import type { ImageContent } from './image-content.ts'
import { readLabels } from './read-labels.ts'
import { readLoadProblem } from './read-load-problem.ts'
import { writeArchive } from './write-archive.ts'

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
  const failed = new AbortController()
  const compiling = compileDaemons(content, signal)
  const archive = writeArchive(content, async () => (await compiling).entries)
  // The request would wait for ever for the rest of an archive that cannot be written.
  archive.once('error', error => failed.abort(error))
  const abortSignal = AbortSignal.any([failed.signal, ...(signal ? [signal] : [])])
  try {
    const answer = await engine.api.loadImage(archive, { quiet: true, abortSignal })
    const problem = await readLoadProblem(answer)
    if (problem !== null) throw new Error(problem)
  } catch (error) {
    failed.signal.throwIfAborted()
    throw plainly(error)
  } finally {
    archive.destroy()
    await (await compiling.catch(() => null))?.[Symbol.asyncDispose]()
  }
}

/** Podman tries each form that an archive may have, and tells of all; what it says of this one counts. */
function plainly(error: unknown): unknown {
  const words =
    error instanceof Error ? /^ *\* docker-archive: (.*)$/m.exec(error.message)?.[1] : null
  return words ? new Error(words, { cause: error }) : error
}
