import type { Engine } from '../engine.ts'

/** Whether an engine has an image. Throws what the engine answers else. */
export async function isImageThere({ api }: Engine, reference: string): Promise<boolean> {
  try {
    await api.getImage(reference).inspect()
    return true
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return false
    throw error
  }
}
