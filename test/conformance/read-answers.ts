/** An answer as it came. */
export interface RawAnswer {
  /** `HTTP/1.1`. */
  readonly http: string
  readonly status: number
  readonly reason: string
  /** In their order; blanks around the values left out. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
  /** Whether the connection ends with it, in the words of its head, as Python's http.client reads them. */
  readonly closes: boolean
}

export interface ReadAnswers {
  readonly answers: readonly RawAnswer[]
  /** As many as requests, to their last byte. */
  readonly areAll: boolean
  /** What came and is no answer to any of the requests. */
  readonly rest: Buffer
}

/**
 * Reads the answers to requests of these methods, sent on one connection. Interim answers (100) are left out. Not the
 * reader of the lab's own agent: the one that looks must not share its mistakes with the one that is looked at.
 */
export function readAnswers(
  bytes: Buffer,
  methods: readonly string[],
  hasEnded: boolean,
): ReadAnswers {
  const answers: RawAnswer[] = []
  let rest = bytes
  for (const method of methods) {
    const read = readAnswer(rest, method, hasEnded)
    if (read === undefined) return { answers, areAll: false, rest }
    answers.push(read.answer)
    rest = read.rest
  }
  return { answers, areAll: true, rest }
}

function readAnswer(
  bytes: Buffer,
  method: string,
  hasEnded: boolean,
): { answer: RawAnswer; rest: Buffer } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  const [line = '', ...lines] = bytes.toString('latin1', 0, Math.max(headEnd, 0)).split('\r\n')
  const parts = /^(HTTP\/\d\.\d) (\d{3}) ?(.*)$/.exec(line)
  if (parts === null) return undefined
  const [, http = '', code = '', reason = ''] = parts
  const status = Number(code)
  const behind = bytes.subarray(headEnd + 4)
  if (status < 200) return readAnswer(behind, method, hasEnded)
  const headers = lines.map(readHeader)
  const isEmpty = method === 'HEAD' || status === 204 || status === 304
  const size = isEmpty ? 0 : findSize(headers, behind, hasEnded)
  if (size === undefined || size > behind.length) return undefined
  const hasLength = isEmpty || findHeader(headers, 'content-length') !== undefined
  const answer = {
    http,
    status,
    reason,
    headers,
    body: behind.subarray(0, size),
    closes: saysClose(http, headers) || !hasLength,
  }
  return { answer, rest: behind.subarray(size) }
}

function readHeader(line: string): readonly [string, string] {
  const colon = line.indexOf(':')
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).trim()]
}

/** The bytes of a body; those of chunks with their frames. Undefined while its end has not come. */
function findSize(
  headers: RawAnswer['headers'],
  body: Buffer,
  hasEnded: boolean,
): number | undefined {
  const length = findHeader(headers, 'content-length')
  if (length !== undefined) return Number(length)
  if (findHeader(headers, 'transfer-encoding') !== undefined) {
    const end = body.indexOf('0\r\n\r\n')
    return end < 0 ? undefined : end + '0\r\n\r\n'.length
  }
  return hasEnded ? body.length : undefined
}

/** http.client.HTTPResponse._check_close */
function saysClose(http: string, headers: RawAnswer['headers']): boolean {
  const connection = findHeader(headers, 'connection')?.toLowerCase() ?? ''
  return http === 'HTTP/1.1' ? connection.includes('close') : !connection.includes('keep-alive')
}

/** The value of a header; several are joined with a comma. */
export function findHeader(headers: RawAnswer['headers'], name: string): string | undefined {
  const found = headers.filter(([key]) => key.toLowerCase() === name)
  return found.length === 0 ? undefined : found.map(([, value]) => value).join(', ')
}
