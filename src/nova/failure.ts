/** An HTTP error that the API raises on purpose; becomes a WebOb page. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure'
  readonly status: number
  readonly explanation: string | undefined

  constructor(status: number, explanation?: string) {
    super(explanation ?? String(status))
    this.status = status
    this.explanation = explanation
  }
}

/** Where nova's code raises what nobody catches: uwsgi closes the connection without an answer. */
export class UnhandledFailure extends Error {
  override readonly name = 'UnhandledFailure'
}
