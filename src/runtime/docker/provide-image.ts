import type { ImageStep } from '../../plan/step.ts'
import { engineAt } from './engine-at.ts'

/**
 * Makes sure that the engine has the image of a plan; gives what is to be said about it, null where nothing is. Throws
 * LabError in the engine's words, or the signal's reason.
 */
export async function provideImage(step: ImageStep, signal: AbortSignal): Promise<string | null> {
  const engine = await engineAt(step.engine.host)
  if (!step.isOwn) {
    const { pullImage } = await import('./image/pull-image.ts')
    return await pullImage(engine, step.reference, { signal })
  }
  const [{ ensureImage }, { ownImage }] = await Promise.all([
    import('./image/ensure-image.ts'),
    import('./image/own-image.ts'),
  ])
  await ensureImage(engine, await ownImage(), { signal })
  return null
}
