import type { Engine } from '../engine.ts'
import { statusOf } from '../status-of.ts'

/** The labels of an image that an engine has; null where it has no such image. Throws what the engine answers else. */
export async function readLabels(
  { api }: Engine,
  reference: string,
): Promise<Readonly<Record<string, string>> | null> {
  try {
    const { Config } = await api.getImage(reference).inspect()
    return Config?.Labels ?? {}
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw error
  }
}
