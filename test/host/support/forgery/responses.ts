export interface SeenResponse {
  readonly status: number
  readonly body: string
}

export interface SeenResponses {
  readonly responses: readonly SeenResponse[]
  /** What comes after the last whole response. */
  readonly rest: string
}

/** Takes what a server has sent on one connection apart, one character a byte; without a length a body ends with it. */
export function splitResponses(received: string): SeenResponses {
  const responses: SeenResponse[] = []
  let rest = received
  for (;;) {
    const [head, status, length] = readHead(rest)
    if (head === undefined || rest.length < head.length + length) return { responses, rest }
    const end = head.length + length
    if (status >= 200) responses.push({ status, body: rest.slice(head.length, end) })
    rest = rest.slice(end)
  }
}

function readHead(
  text: string,
): readonly [head: string | undefined, status: number, length: number] {
  const head = /^HTTP\/1\.[01] (\d{3})[\s\S]*?\r?\n\r?\n/.exec(text)
  const length = /^content-length: *(\d+)/im.exec(head?.[0] ?? '')?.[1]
  return [head?.[0], Number(head?.[1]), Number(length ?? 0)]
}
