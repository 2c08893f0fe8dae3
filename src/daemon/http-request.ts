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
  override readonly name = 'MalformedRequest'
}

/**
 * Reads a request's head; any method and any target, as Python's servers take them. Undefined while it is not all
 * there. Throws MalformedRequest.
 */
export function readRequestHead(bytes: Buffer): RequestHead | undefined {
  const end = findHeadEnd(bytes)
  if (end === undefined) return undefined
  const [requestLine = '', ...lines] = bytes.toString('latin1', 0, end).trimEnd().split(/\r?\n/)
  const [method, target, version, ...rest] = requestLine.split(' ').filter(word => word !== '')
  if (method === undefined || target === undefined || version === undefined || rest.length > 0) {
    throw new MalformedRequest(`not a request line: ${requestLine.slice(0, 80)}`)
  }
  return { method, target, version, headers: unfold(lines).map(readHeader), sizeBytes: end }
}

function findHeadEnd(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end >= 0) return end + 4
  const bare = bytes.indexOf('\n\n')
  return bare < 0 ? undefined : bare + 2
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
