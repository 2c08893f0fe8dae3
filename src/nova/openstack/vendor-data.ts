import type { NovaMetadataConfig } from '../config.ts'
import { HttpFailure } from '../failure.ts'
import type { LoadedInstance } from '../instance-cache.ts'

/** vendor_data.json: what `vendordata_jsonfile_path` holds; a 404 where StaticJSON is no provider. */
export function readVendorData(
  { staticVendordata }: LoadedInstance,
  { vendordata_providers }: NovaMetadataConfig['api'],
): string {
  if (!vendordata_providers.includes('StaticJSON')) throw new HttpFailure(404)
  return staticVendordata
}
