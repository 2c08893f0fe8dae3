import type { Headers } from '../wsgi/headers.ts'

/** A request as nova-api-metadata's server hands it over. */
export interface MetadataRequest {
  readonly method: string
  /** As in the request line, undecoded. */
  readonly target: string
  readonly headers: Headers
  readonly body: Uint8Array
  /** The address that it came from; without one where it came over no network. */
  readonly peer?: string
}
