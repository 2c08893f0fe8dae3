import type { Dialogue, Heard } from './converse.ts'

/** What the process in a namespace is asked for. */
export interface Order {
  readonly id: number
  readonly dialogue: Dialogue
}

/** What it has to say: first that the answers are there, then what they were. */
export interface Report {
  readonly id: number
  readonly heard: Heard | null
}

/** One line of JSON, bytes in base64. */
export function writeOrder(order: Order): string {
  return `${JSON.stringify(order, encodeBytes)}\n`
}

export function readOrder(line: string): Order {
  return JSON.parse(line, decodeBytes)
}

export function writeReport(report: Report): string {
  return `${JSON.stringify(report, encodeBytes)}\n`
}

export function readReport(line: string): Report {
  return JSON.parse(line, decodeBytes)
}

/** JSON.stringify has called Buffer's toJSON before it asks. */
function encodeBytes(_key: string, value: unknown): unknown {
  if (!isBufferJson(value)) return value
  return { base64: Buffer.from(value.data).toString('base64') }
}

function decodeBytes(_key: string, value: unknown): unknown {
  const isBytes = typeof value === 'object' && value !== null && 'base64' in value
  return isBytes ? Buffer.from(String(value.base64), 'base64') : value
}

function isBufferJson(value: unknown): value is { readonly data: readonly number[] } {
  if (typeof value !== 'object' || value === null) return false
  return 'type' in value && value.type === 'Buffer' && 'data' in value
}
