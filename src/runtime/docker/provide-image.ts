import type { ImageStep } from '../../plan/step.ts'
import { engineAt } from './engine-at.ts'

/** Makes sure that the engine has the image of a plan. Throws LabError in the engine's words, or the signal's reason. */
export async function provideImage(step: ImageStep, signal: AbortSignal): Promise<void> {
  const engine = await engineAt(step.engine.host)
  if (!step.isOwn) {
    const { pullImage } = await import('./image/pull-image.ts')
    await pullImage(engine, step.reference, { signal })
    return
  }
  const [{ ensureImage }, { ownImage }] = await Promise.all([
    import('./image/ensure-image.ts'),
    import('./image/own-image.ts'),
  ])
  await ensureImage(engine, await ownImage(), { signal })
}
