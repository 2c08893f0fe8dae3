import type { NovaMetadataConfig } from './config.ts'
import type { InstanceCache } from './instance-cache.ts'

/** What an answer depends on besides the request. */
export interface NovaContext {
  readonly config: NovaMetadataConfig
  readonly instances: InstanceCache
  readonly nowMs: number
  randomBytes(size: number): Uint8Array
}
