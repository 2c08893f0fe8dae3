import { writePythonObject } from '../../wsgi/python-json-text.ts'
import type { LoadedInstance } from '../instance-cache.ts'
import type { NovaLog } from '../log.ts'

/**
 * vendor_data2.json: what the file holds under `static`, and what each target says under its name, provider after
 * provider. A target may not take a name that is there already; `static` may.
 */
export function renderVendorData2(
  { view, staticVendordata }: LoadedInstance,
  providers: readonly ('StaticJSON' | 'DynamicJSON')[],
  dynamic: ReadonlyMap<string, string>,
  log: NovaLog,
): string {
  const members = new Map<string, string>()
  for (const provider of providers) {
    if (provider === 'StaticJSON') members.set('static', staticVendordata)
    else {
      const [taken, free] = partition(dynamic, members)
      for (const name of taken) {
        log.warning(logName, `[instance: ${view.uuid}] Removing duplicate metadata key: ${name}`)
      }
      for (const [name, json] of free) members.set(name, json)
    }
  }
  return writePythonObject(members)
}

function partition(
  added: ReadonlyMap<string, string>,
  present: ReadonlyMap<string, string>,
): [taken: string[], free: [string, string][]] {
  const taken = [...added.keys()].filter(name => present.has(name))
  return [taken, [...added].filter(([name]) => !present.has(name))]
}

const logName = 'nova.api.metadata.base'
