import type { NovaMetadataConfig } from './config.ts'
import type { InstanceCache } from './instance-cache.ts'
import type { NovaLog } from './log.ts'
import type { FetchVendordata } from './vendordata/fetch.ts'

/** What an answer depends on besides the request. */
export interface NovaContext {
  readonly config: NovaMetadataConfig
  readonly instances: InstanceCache
  readonly nowMs: number
  readonly log: NovaLog
  randomBytes(size: number): Uint8Array
  readonly fetchVendordata: FetchVendordata
}
