import type { Finding } from '../finding.ts'
import type { PrunedTopology } from '../prune.ts'

/** Vendor data that nova would never look at. */
export function checkVendordata({ topology }: PrunedTopology): Finding[] {
  const { api } = topology.nova
  const { vendordata, vendordata_jsonfile_path, vendordata_providers } = api
  const hasBoth = vendordata_jsonfile_path !== undefined && Object.keys(vendordata).length > 0
  const isAsked = vendordata_providers.includes('DynamicJSON')
  const isUseless = api.vendordata_dynamic_targets.length > 0 && !isAsked
  return [...(hasBoth ? [twoFiles] : []), ...(isUseless ? [unasked] : [])]
}

const twoFiles: Finding = {
  message: '`vendordata_jsonfile_path` stands beside `vendordata`, which is written in its place',
  path: ['nova', 'api', 'vendordata_jsonfile_path'],
  part: 'key',
  hint: 'leave one of them out',
}

const unasked: Finding = {
  message: 'nova asks no target without the provider DynamicJSON',
  path: ['nova', 'api', 'vendordata_dynamic_targets'],
  part: 'key',
  hint: 'add `vendordata_providers: [StaticJSON, DynamicJSON]`',
}
