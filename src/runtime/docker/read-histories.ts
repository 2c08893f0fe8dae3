import type Docker from 'dockerode'
import type { ContainedService } from '../../plan/step.ts'
import type { ServiceHistory } from '../service-history.ts'
import { CALL_LIMIT_MS } from './call-limit-ms.ts'
import { engineAt } from './engine-at.ts'
import { explainEngineError } from './explain-engine-error.ts'
import { statusOf } from './status-of.ts'

/**
 * What has become of services since their containers were made, by service name, as the engine counts it. Of containers
 * that are gone there is nothing to tell. Throws LabError where the engine does not answer.
 */
export async function readHistories(
  services: readonly ContainedService[],
): Promise<Readonly<Record<string, ServiceHistory>>> {
  const entries = await Promise.all(
    services.map(async ({ name, container }) => {
      const seen = await look(container)
      return seen === null ? [] : [[name, historyOf(seen)] as const]
    }),
  )
  return Object.fromEntries(entries.flat())
}

async function look({
  name,
  engine: { host },
}: ContainedService['container']): Promise<Docker.ContainerInspectInfo | null> {
  const engine = await engineAt(host)
  const abortSignal = AbortSignal.timeout(CALL_LIMIT_MS)
  try {
    return await engine.api.getContainer(name).inspect({ abortSignal })
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw explainEngineError(error, engine, `Cannot look at container ${name}`)
  }
}

function historyOf({ RestartCount: restarts, State }: Docker.ContainerInspectInfo): ServiceHistory {
  return {
    restarts,
    lastRestartAt: restarts === 0 ? null : new Date(State.StartedAt).toISOString(),
    lastError: whyNotBack(State),
  }
}

/** The engine's words where it could not start it, or that it tries in vain; null where it runs or was stopped. */
function whyNotBack({ Error: words, Restarting, ExitCode }: State): string | null {
  if (words !== '') return words
  return Restarting ? `it ends with exit code ${ExitCode} whenever it is started` : null
}

type State = Docker.ContainerInspectInfo['State']
