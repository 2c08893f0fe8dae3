import type { Answer } from '../../wsgi/answer.ts'
import { type PageRequest, renderErrorPage } from '../../wsgi/error-page.ts'
import { unknownError } from '../../wsgi/status.ts'
import { novaFailed } from '../metadata-agent/explanations.ts'

/** What the agent said, its content unpacked. */
export interface AgentAnswer {
  readonly status: number
  /** Names in any case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/**
 * What a guest gets for what the agent said, undefined where it said nothing: of a 200 the type and the body, of what
 * else is expected WebOb's page, and 500 for all others, a 403 among them. Source: namespace_proxy.py (newton-eol).
 * httplib2 would follow redirects, of which the agent sends none.
 */
export function answerGuest(request: PageRequest, answer: AgentAnswer | undefined): Answer {
  switch (answer?.status) {
    case 200: {
      const types = answer.headers.filter(([name]) => name.toLowerCase() === 'content-type')
      if (types.length === 0) return renderErrorPage(request, 500, unknownError)
      const contentType = types.map(([, value]) => value).join(', ')
      return { status: 200, contentType, body: answer.body }
    }
    case 400:
    case 404:
    case 409:
      return renderErrorPage(request, answer.status)
    case 500:
      return renderErrorPage(request, 500, novaFailed)
    default:
      return renderErrorPage(request, 500, unknownError)
  }
}
