import type { Answer } from '../../wsgi/answer.ts'
import type { NovaContext } from '../context.ts'
import type { LoadedInstance } from '../instance-cache.ts'
import { makeOnce } from '../make-once.ts'
import { jsonAnswer } from '../text-answer.ts'
import { fetchDynamicVendordata } from '../vendordata/dynamic.ts'
import { renderVendorData2 } from './vendor-data2.ts'

/** vendor_data2.json: later where targets are asked, which nova does anew for every request. */
export function answerVendorData2(
  loaded: LoadedInstance,
  { config: { api }, fetchVendordata, log }: NovaContext,
): Answer | Promise<Answer> {
  const render = (dynamic: ReadonlyMap<string, string>) =>
    jsonAnswer(renderVendorData2(loaded, api.vendordata_providers, dynamic, log))
  if (!api.vendordata_providers.includes('DynamicJSON')) {
    return makeOnce(loaded.made.answers, 'vendor_data2.json', () => render(new Map()))
  }
  return fetchDynamicVendordata(loaded, { api, fetchVendordata, log }).then(render)
}
