import type Docker from 'dockerode'
import type { Engine } from '../engine.ts'
import { explainEngineError } from '../explain-engine-error.ts'
import { statusOf } from '../status-of.ts'

/** An image of lab's that is of no use any more. */
export interface OldImage {
  /** `localhost/lab:…`; its id where another image has taken its name. */
  readonly image: string
  readonly sizeBytes: number
}

interface Removal {
  readonly gone: readonly OldImage[]
  /** Those that containers use. */
  readonly used: readonly OldImage[]
}

/**
 * Removes the images that lab has made and that are not among `kept`, by reference; other names that somebody has given
 * them stay. Throws LabError in the engine's words.
 */
export async function removeOldImages(
  engine: Engine,
  kept: ReadonlySet<string>,
  { isDryRun }: { readonly isDryRun: boolean },
): Promise<Removal> {
  const gone: OldImage[] = []
  const used: OldImage[] = []
  try {
    const images = await engine.api.listImages({ filters: { label: ['lab.image'] } })
    for (const old of images.flatMap(image => oldNamesOf(image, kept))) {
      const isGone = isDryRun || (await remove(engine, old))
      if (isGone) gone.push(old)
      else used.push(old)
    }
  } catch (error) {
    throw explainEngineError(error, engine, "Cannot remove lab's old images")
  }
  return { gone, used }
}

function oldNamesOf({ Id, RepoTags, Size }: Docker.ImageInfo, kept: ReadonlySet<string>) {
  // Docker calls one without a name `<none>:<none>`, Podman leaves the list out.
  const tags = (RepoTags ?? []).filter(tag => !tag.startsWith('<none>'))
  const own = tags.length === 0 ? [Id] : tags.filter(tag => tag.startsWith(REPOSITORY))
  return own.filter(image => !kept.has(image)).map(image => ({ image, sizeBytes: Size }))
}

const REPOSITORY = 'localhost/lab:'

/** False where a container uses it. */
async function remove({ api }: Engine, { image }: OldImage): Promise<boolean> {
  try {
    await api.getImage(image).remove()
    return true
  } catch (error) {
    const status = statusOf(error)
    if (status === 409) return false
    // Somebody else has removed it.
    if (status === 404) return true
    throw error
  }
}
