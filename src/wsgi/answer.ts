/** What a WSGI application answers, before a server puts it on the wire. */
export interface Answer {
  readonly status: number
  /** Null where the answer has none: the answer of nova's CORS filter. */
  readonly contentType: string | null
  readonly body: Uint8Array
  /** WebOb writes the length before the type on its generated pages, after it everywhere else. */
  readonly lengthFirst?: boolean
}
