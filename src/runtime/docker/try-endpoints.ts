import { EngineUnusable } from './engine-unusable.ts'
import { type Environment, resolveEndpoint } from './resolve-endpoint.ts'

/**
 * What `attempt` gives for the engine that the docker CLI would use; where nothing names one and docker's own will not
 * do, for Podman's root socket. Throws EngineUnusable, which tells what was tried and what else there is.
 */
export async function tryEndpoints<Result>(
  environment: Environment,
  attempt: (host: string) => Promise<Result>,
): Promise<Result> {
  const { host, namedBy } = resolveEndpoint(environment)
  const first = await orRefusal(attempt(host))
  if (!(first instanceof EngineUnusable)) return first
  if (namedBy !== null) throw tell(first, `${first.message}\n${namedBy} names it.`)
  const second = await orRefusal(attempt(PODMAN_HOST))
  if (!(second instanceof EngineUnusable)) return second
  throw tellBoth(first, second)
}

const PODMAN_HOST = 'unix:///run/podman/podman.sock'

async function orRefusal<Result>(attempt: Promise<Result>): Promise<Result | EngineUnusable> {
  try {
    return await attempt
  } catch (error) {
    if (error instanceof EngineUnusable) return error
    throw error
  }
}

function tellBoth(first: EngineUnusable, second: EngineUnusable): EngineUnusable {
  if (isAbsent(second) && isAbsent(first))
    return tell(
      first,
      `There is no container engine: no ${first.refusal.host}, and no ${second.refusal.host}`,
    )
  if (isAbsent(second)) return tell(first, first.message)
  if (isAbsent(first)) return tell(second, second.message)
  return tell(first, `${first.message}\n${second.message}`)
}

function isAbsent({ refusal }: EngineUnusable): boolean {
  return refusal.reason === 'absent'
}

function tell({ refusal, cause }: EngineUnusable, message: string): EngineUnusable {
  const hint = `${refusal.remedy}; or \`--runtime process\`, which needs no engine.`
  return new EngineUnusable(refusal, { message, hint, cause })
}
