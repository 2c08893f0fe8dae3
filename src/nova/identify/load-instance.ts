import { unknownError } from '../../wsgi/status.ts'
import type { NovaContext } from '../context.ts'
import { HttpFailure } from '../failure.ts'
import type { LoadedInstance } from '../instance-cache.ts'
import { handlerLog } from './throw-on-forgery.ts'

export interface InstanceClaim {
  readonly id: string
  readonly project_id: string
  readonly address: string | null
  /** What nova caches it under. */
  readonly key: string
}

/** The instance of an id. Throws a 404 for an unknown one or another project's, a 500 where it cannot be loaded. */
export function loadInstance(
  { id, project_id, address, key }: InstanceClaim,
  { instances, nowMs, log }: NovaContext,
): LoadedInstance {
  const loaded = tryLoading(`instance id: ${id}`, log, () =>
    instances.find(key, address, nowMs, () => id),
  )
  if (loaded === undefined) {
    warnOfMissingMapping(id, log)
    log.error(handlerLog, `Failed to get metadata for instance id: ${id}`)
    throw new HttpFailure(404)
  }
  if (loaded.view.project_id === project_id) return loaded
  const mismatch = `Tenant_id ${project_id} does not match tenant_id of instance ${id}.`
  log.warning(handlerLog, mismatch)
  throw new HttpFailure(404)
}

/** Whatever goes wrong while an instance is loaded is a 500, which tells nothing of it; the log does. */
export function tryLoading(
  what: string,
  log: NovaContext['log'],
  load: () => LoadedInstance | undefined,
): LoadedInstance | undefined {
  try {
    return load()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log.error(handlerLog, `Failed to get metadata for ${what}: ${reason}`)
    throw new HttpFailure(500, unknownError)
  }
}

/** Of nova/api/metadata/base.py: an instance that Nova lacks is in no cell. */
export function warnOfMissingMapping(id: string, log: NovaContext['log']): void {
  const text = `Instance mapping for ${id} not found; cell setup is incomplete`
  log.warning('nova.api.metadata.base', text)
}
