import { writePythonObject } from '../../wsgi/python-json-text.ts'
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
  { view }: LoadedInstance,
  { api, fetchVendordata, log }: DynamicContext,
): Promise<Map<string, string>> {
  const warn = (text: string) => log.warning(logName, `[instance: ${view.uuid}] ${text}`)
  const body = describeInstance(view)
  const found = new Map<string, string>()
  for (const target of api.vendordata_dynamic_targets) {
    const [name, url] = splitTarget(target)
    if (url === undefined) warn(`Vendordata target ${target} lacks a name. Skipping`)
    else if (found.has(name)) {
      warn(`Vendordata already contains an entry named ${target}. Skipping`)
    } else {
      const said = await postToService(url, body, api, fetchVendordata).catch(error => {
        const reason = throwUnlessExpected(error)
        warn(`Error from dynamic vendordata service ${name} at ${url}: ${reason}`)
        if (api.vendordata_dynamic_failure_fatal) throw new UnhandledFailure(reason)
        return writePythonObject([])
      })
      found.set(name, said)
    }
  }
  return found
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

const logName = 'nova.api.metadata.vendordata_dynamic'
