import type { Engine, EngineFacts } from '../runtime/docker/engine.ts'
import { EngineUnusable } from '../runtime/docker/engine-unusable.ts'
import { findEngine } from '../runtime/docker/find-engine.ts'

/** The engine, for commands that have no use without one. Throws EngineUnusable. */
export async function needEngine(): Promise<Engine & EngineFacts> {
  try {
    return await findEngine(process.env)
  } catch (error) {
    if (!(error instanceof EngineUnusable)) throw error
    // Its hint is of `lab up`, which can do without.
    const { message, refusal } = error
    throw new EngineUnusable(refusal, { message, cause: error })
  }
}
