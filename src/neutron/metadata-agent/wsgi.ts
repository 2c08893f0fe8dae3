import type { ReleaseName } from '../../topology/release-names.ts'
import type { Answer } from '../../wsgi/answer.ts'
import { renderErrorPage } from '../../wsgi/error-page.ts'
import { findHeader } from '../../wsgi/find-header.ts'
import { unknownError } from '../../wsgi/status.ts'
import { novaDown, novaFailed } from './explanations.ts'
import type { AgentRequest, NovaOutcome } from './nova-request.ts'
import { agentHas } from './release.ts'

/**
 * What the guest gets from the WSGI agent (up to 2024.2) for what nova said: of a 200 the type and the body, of
 * everything else a page of the agent's own. Source: neutron/agent/metadata/agent.py and proxy_base.py.
 */
export function answerWsgi(
  request: AgentRequest,
  outcome: NovaOutcome,
  release: ReleaseName,
): Answer {
  if (outcome.kind === 'failed') return answerUnknown(request)
  if (outcome.kind === 'unreachable') {
    return agentHas(release, 'unreachableIs503')
      ? page(request, 503, novaDown)
      : answerUnknown(request)
  }
  const { status, headers, body } = outcome.answer
  if (status === 200) {
    const contentType = findHeader(headers, 'content-type')
    if (!agentHas(release, 'passesType')) return { status, contentType: webobsOwn, body }
    if (contentType === undefined) return answerUnknown(request)
    return { status, contentType: addCharset(contentType), body }
  }
  if (status === 500) return page(request, status, novaFailed)
  return isPassedOn(status, release) ? page(request, status) : answerUnknown(request)
}

/** What WebOb makes of a string that stands for an answer. */
const webobsOwn = 'text/html; charset=UTF-8'

/** No instance, or both ids in the request. */
export function answerNotFound(request: AgentRequest): Answer {
  return page(request, 404)
}

/** What the agent did not expect. */
export function answerUnknown(request: AgentRequest): Answer {
  return page(request, 500, unknownError)
}

function page({ method, headers }: AgentRequest, status: number, explanation?: string): Answer {
  return renderErrorPage({ method, accept: headers.get('accept') }, status, explanation)
}

/** WebOb adds its charset to a type of text or XML that has none; an empty type is none. */
function addCharset(contentType: string): string | null {
  const [type = ''] = contentType.split(';', 1)
  const isText = type.startsWith('text/') || /^application\/(?:xml$|.*\+xml$)/.test(type)
  if (!isText || /;\s*charset=/.test(contentType)) return contentType || null
  return `${contentType}; charset=UTF-8`
}

function isPassedOn(status: number, release: ReleaseName): boolean {
  if (status === 400) return agentHas(release, 'passesBadRequest')
  if ([403, 404, 409].includes(status)) return true
  return [502, 503, 504].includes(status) && agentHas(release, 'unreachableIs503')
}
