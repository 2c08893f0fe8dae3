import { LabError } from '../../../lab/lab-error.ts'
import type { Engine } from '../engine.ts'
import { explainEngineError } from '../explain-engine-error.ts'
import { readLabVersion } from './list-lab-files.ts'
import { readLabels } from './read-labels.ts'
import { readLoadProblem } from './read-load-problem.ts'

/**
 * Makes sure that an engine has somebody's image: takes it as it is there, else pulls it. Gives what is to be said about it,
 * null where nothing is. Throws LabError in the engine's words; when aborted, the signal's reason.
 */
export async function pullImage(
  engine: Engine,
  reference: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<string | null> {
  try {
    const labels = (await readLabels(engine, reference)) ?? (await pull(engine, reference, signal))
    return remarkOn(reference, labels)
  } catch (error) {
    signal?.throwIfAborted()
    const { message, hint } = explainEngineError(error, engine, `Cannot pull image ${reference}`)
    throw new LabError(message, { cause: error, hint: hint ?? WAYS_ROUND })
  }
}

const WAYS_ROUND =
  "Pull or load it into the engine yourself, or leave out --image: lab makes one of this machine's files."

type Labels = Readonly<Record<string, string>>

async function pull(engine: Engine, reference: string, signal?: AbortSignal): Promise<Labels> {
  const answer = await engine.api.pull(withTag(reference), signal ? { abortSignal: signal } : {})
  const problem = await readLoadProblem(answer)
  if (problem !== null) throw new Error(problem)
  const labels = await readLabels(engine, reference)
  if (labels === null) throw new Error('it has pulled it, but does not list it')
  return labels
}

/** Docker would take a name without a tag for all its tags. */
function withTag(reference: string): string {
  const name = reference.slice(reference.lastIndexOf('/') + 1)
  return /[:@]/.test(name) ? reference : `${reference}:latest`
}

/** The daemons of another version may read another configuration. */
function remarkOn(reference: string, labels: Labels): string | null {
  const version = labels[VERSION]
  if (labels[TITLE] !== 'lab' || version === undefined) return null
  if (version === readLabVersion()) return null
  return `Image ${reference} was made by lab ${version}, and this is ${readLabVersion()}.`
}

const TITLE = 'org.opencontainers.image.title'
const VERSION = 'org.opencontainers.image.version'
