import { findHeadEnd } from './find-head-end.ts'

/** The head of an HTTP/1 request, as it came. */
export interface RequestHead {
  readonly method: string
  readonly target: string
  /** `HTTP/1.1`. */
  readonly version: string
  /** Values with the blanks around them, of which each server has its own opinion. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Where the body starts. */
  readonly sizeBytes: number
}

export class MalformedRequest extends Error {
  override readonly name: string = 'MalformedRequest'
}

/**
 * Reads a request's head; any method and any target, as Python's servers take them. Undefined while it is not all
 * there. `searchedBytes` of them were looked at before and had no end. Throws MalformedRequest.
 */
export function readRequestHead(bytes: Buffer, searchedBytes = 0): RequestHead | undefined {
  const end = findHeadEnd(bytes, Math.max(0, searchedBytes - '\n\r\n'.length))
  if (end === undefined) return undefined
  const [requestLine = '', ...lines] = bytes.toString('latin1', 0, end).trimEnd().split(/\r?\n/)
  const [method, target, version, ...rest] = requestLine.split(' ').filter(word => word !== '')
  if (method === undefined || target === undefined || version === undefined || rest.length > 0) {
    throw new MalformedRequest(`not a request line: ${requestLine.slice(0, 80)}`)
  }
  return { method, target, version, headers: unfold(lines).map(readHeader), sizeBytes: end }
}

/** A line that starts with a blank belongs to the one before it. */
function unfold(lines: readonly string[]): string[] {
  const unfolded: string[] = []
  for (const line of lines) {
    if (/^[ \t]/.test(line) && unfolded.length > 0) unfolded.push(`${unfolded.pop()}${line}`)
    else unfolded.push(line)
  }
  return unfolded
}

function readHeader(line: string): [string, string] {
  const colon = line.indexOf(':')
  if (colon <= 0) throw new MalformedRequest(`not a header: ${line.slice(0, 80)}`)
  return [line.slice(0, colon), line.slice(colon + 1)]
}
