import type Docker from 'dockerode'
import { LabError } from '../../lab/lab-error.ts'
import type { Container } from '../../plan/step.ts'
import { CALL_LIMIT_MS } from './call-limit-ms.ts'
import { textOf } from './decode.ts'
import type { Engine } from './engine.ts'
import { engineAt } from './engine-at.ts'
import { explainEngineError } from './explain-engine-error.ts'
import { statusOf } from './status-of.ts'
import { stopContainer } from './stop-container.ts'

/**
 * Stops containers of a plan, asking them first, and removes them, under another name too. The absent are no error; one
 * that has a name of the plan and not the label of its lab is somebody's, and stays. Gives how many are gone. Tries all;
 * throws LabError in the engine's words, or one with all that went wrong.
 */
export async function removeContainers(
  containers: readonly Pick<Container, 'engine' | 'name' | 'labels'>[],
): Promise<number> {
  const outcomes = await Promise.allSettled(containers.map(removeNamed))
  const failed = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? outcome.reason : []))
  if (failed.length > 0) throw together(failed)
  const counts = outcomes.map(outcome => (outcome.status === 'fulfilled' ? outcome.value : 0))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** An engine that is gone says the same of all its containers, and once will do. */
function together(failed: readonly unknown[]): unknown {
  const errors = failed.map(error => (error instanceof Error ? error : new Error(String(error))))
  const [first, ...others] = new Map(errors.map(error => [error.message, error])).values()
  if (others.length === 0) return first
  const hint = first instanceof LabError && first.hint !== null ? first.hint : undefined
  const messages = [first, ...others].map(error => error?.message)
  return new LabError(messages.join('\n'), { cause: first, hint })
}

async function removeNamed({
  engine: { host },
  name,
  labels,
}: Pick<Container, 'engine' | 'name' | 'labels'>): Promise<number> {
  const engine = await engineAt(host)
  const container = engine.api.getContainer(name)
  const abortSignal = AbortSignal.timeout(CALL_LIMIT_MS)
  const filters = { label: asFilters(labels) }
  const [seen, alike] = await Promise.all([
    unlessAbsent(container.inspect({ abortSignal })),
    engine.api.listContainers({ all: true, filters, abortSignal }),
  ]).catch(explain(engine, name))
  const isOwn = textOf(seen?.Config.Labels, 'lab') === labels.lab
  const renamed = alike.map(({ Id }) => Id).filter(id => id !== seen?.Id)
  const going = [...(isOwn ? [name] : []), ...renamed]
  await Promise.all(going.map(id => remove(engine, engine.api.getContainer(id), name)))
  return going.length
}

/** All of them at once: what has the lab's label alone may be somebody's. */
function asFilters(labels: Container['labels']): string[] {
  return Object.entries(labels).map(([label, value]) => `${label}=${value}`)
}

async function remove(engine: Engine, container: Docker.Container, name: string): Promise<void> {
  try {
    await stopContainer(container)
    await unlessAbsent(container.remove({ force: true, v: true }))
  } catch (error) {
    explain(engine, name)(error)
  }
}

/** Null where there is none, or where somebody else is removing it. */
async function unlessAbsent<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (statusOf(error) === ABSENT || /already in progress/.test(String(error))) return null
    throw error
  }
}

const ABSENT = 404

function explain(engine: Engine, name: string): (error: unknown) => never {
  return error => {
    throw explainEngineError(error, engine, `Cannot remove container ${name.replace('/', '')}`)
  }
}
