import type { NovaMetadataConfig } from '../config.ts'
import { UnhandledFailure } from '../failure.ts'
import type { LoadedInstance } from '../instance-cache.ts'
import type { NovaLog } from '../log.ts'
import { describeInstance } from './describe-instance.ts'
import { type FetchVendordata, VendordataFailure } from './fetch.ts'
import { postToService } from './post-to-service.ts'

export interface DynamicContext {
  readonly api: NovaMetadataConfig['api']
  readonly fetchVendordata: FetchVendordata
  readonly log: NovaLog
}

/**
 * What the targets say of an instance, each answer as Python writes it, by the targets' names; asked one after the
 * other and anew for every vendor_data2.json. A failed one gives `{}`, or with `vendordata_dynamic_failure_fatal` an
 * UnhandledFailure. Source: nova/api/metadata/vendordata_dynamic.py.
 */
export async function fetchDynamicVendordata(
  loaded: LoadedInstance,
  context: DynamicContext,
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const target of context.api.vendordata_dynamic_targets) {
    const [name, url] = splitTarget(target)
    if (url === undefined) {
      warn(loaded, context, `Vendordata target ${target} lacks a name. Skipping`)
    } else if (found.has(name)) {
      warn(loaded, context, `Vendordata already contains an entry named ${target}. Skipping`)
    } else found.set(name, await askTarget(name, url, loaded, context))
  }
  return found
}

async function askTarget(
  name: string,
  url: string,
  loaded: LoadedInstance,
  context: DynamicContext,
): Promise<string> {
  const { api, fetchVendordata, log } = context
  if (!loaded.warned.has(insecure)) log.warning(logName, insecure)
  loaded.warned.add(insecure)
  try {
    return await postToService(url, describeInstance(loaded.view), api, fetchVendordata)
  } catch (error) {
    const reason = throwUnlessExpected(error)
    const service = `Error from dynamic vendordata service ${name} at ${url}`
    warn(loaded, context, `${service}: ${reason}`)
    if (api.vendordata_dynamic_failure_fatal) throw new UnhandledFailure(reason)
    return '{}'
  }
}

function warn({ view }: LoadedInstance, { log }: DynamicContext, text: string): void {
  log.warning(logName, `[instance: ${view.uuid}] ${text}`)
}

/** At the first @; a URL may have more of them. */
function splitTarget(target: string): [name: string, url?: string] {
  const at = target.indexOf('@')
  return at < 0 ? [target] : [target.slice(0, at), target.slice(at + 1)]
}

function throwUnlessExpected(error: unknown): string {
  if (error instanceof VendordataFailure) return error.message
  throw error instanceof Error ? new UnhandledFailure(error.message, { cause: error }) : error
}

/** Of a service without Keystone's tokens, which a lab has none of. */
const insecure =
  'Passing insecure dynamic vendordata requests because of missing or incorrect service account configuration.'
const logName = 'nova.api.metadata.vendordata_dynamic'
