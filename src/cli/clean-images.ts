import { LabError } from '../lab/lab-error.ts'
import { labNames, readRecordIfReadable } from '../lab/record.ts'
import type { Engine } from '../runtime/docker/engine.ts'
import { EngineUnusable } from '../runtime/docker/engine-unusable.ts'
import { ownImage } from '../runtime/docker/image/own-image.ts'
import { type OldImage, removeOldImages } from '../runtime/docker/image/remove-old-images.ts'
import { needEngine } from './need-engine.ts'

export interface CleanedImages {
  /** Where they were; null where this machine has no engine. */
  readonly engine: string | null
  readonly images: readonly OldImage[]
  /** Old ones that containers use. */
  readonly used: readonly OldImage[]
}

/** Removes the images that lab has made, but the one that `lab up` would use now and those of labs that stand. */
export async function cleanImages({
  isDryRun,
}: {
  readonly isDryRun: boolean
}): Promise<CleanedImages> {
  const engine = await findIfThere()
  if (engine === null) return { engine: null, images: [], used: [] }
  const kept = new Set([...imagesOfLabs(), ...(await currentImage())])
  const { gone, used } = await removeOldImages(engine, kept, { isDryRun })
  return { engine: engine.host, images: gone, used }
}

async function findIfThere(): Promise<Engine | null> {
  try {
    return await needEngine()
  } catch (error) {
    if (error instanceof EngineUnusable && error.refusal.reason === 'absent') return null
    throw error
  }
}

function imagesOfLabs(): string[] {
  return labNames().flatMap(lab => readRecordIfReadable(lab)?.containers?.image ?? [])
}

/** None where a program that belongs into it is missing. */
async function currentImage(): Promise<string[]> {
  try {
    return [(await ownImage()).reference]
  } catch (error) {
    if (error instanceof LabError) return []
    throw error
  }
}
