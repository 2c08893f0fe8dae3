import type { Container } from '../../plan/step.ts'
import { engineAt } from './engine-at.ts'
import { explainEngineError } from './explain-engine-error.ts'
import { readContainerLog } from './read-container-log.ts'
import { statusOf } from './status-of.ts'

/** What a container has printed since it was made; null where it is gone. Throws LabError in the engine's words. */
export async function printedBy({
  engine: place,
  name,
}: Pick<Container, 'engine' | 'name'>): Promise<string | null> {
  const engine = await engineAt(place.host)
  try {
    return await readContainerLog(engine.api.getContainer(name))
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw explainEngineError(error, engine, `Cannot read the log of container ${name}`)
  }
}
