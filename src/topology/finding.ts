import type { TopologyPath } from './mistake.ts'

/** What a check finds; the position follows from the path. */
export interface Finding {
  readonly message: string
  readonly path: TopologyPath
  /** Whether to point at the key or at what it says (the default). */
  readonly part?: 'key' | 'value'
  readonly hint?: string
}
