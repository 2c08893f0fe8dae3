import type { MetadataAgentConfig } from '../neutron/metadata-agent/config.ts'
import { UnexpectedRequest } from '../neutron/metadata-agent/find-instance.ts'
import type { AgentRequest } from '../neutron/metadata-agent/nova-request.ts'
import type { PortIndex } from '../neutron/metadata-agent/port-index.ts'
import { readWsgiTarget } from '../neutron/metadata-agent/read-target.ts'
import { agentHas } from '../neutron/metadata-agent/release.ts'
import { answerNotFound, answerUnknown, answerWsgi } from '../neutron/metadata-agent/wsgi.ts'
import type { Answer } from '../wsgi/answer.ts'
import type { HttpRequest } from './http-connection.ts'
import type { NovaClient } from './nova-client.ts'
import { prepareNovaRequest } from './prepare-nova-request.ts'
import type { ServiceLog } from './service-log.ts'

export interface AgentContext {
  readonly config: MetadataAgentConfig
  readonly ports: PortIndex
  readonly nova: NovaClient
  readonly log: ServiceLog
}

/** What the WSGI agent (up to 2024.2) answers to a guest's request. */
export async function answerAsWsgiAgent(http: HttpRequest, context: AgentContext): Promise<Answer> {
  const request = { ...http, ...readWsgiTarget(http.target) }
  try {
    const answer = await askNova(request, context)
    if (answer.status !== 404 || !agentHas(context.config.release, 'asksAgainAfter404'))
      return answer
    return await askNova(request, context)
  } catch (error) {
    const isOurs = !(error instanceof UnexpectedRequest) && error instanceof Error
    context.log.error(logName, `Unexpected error. ${isOurs ? error.stack : error}`)
    return answerUnknown(request)
  }
}

async function askNova(request: AgentRequest, context: AgentContext): Promise<Answer> {
  const { config, nova, log } = context
  const prepared = prepareNovaRequest(request, context)
  if (prepared.kind === 'unreadable') throw new UnexpectedRequest('the path is not UTF-8')
  if (prepared.kind !== 'signed') return answerNotFound(request)
  const outcome = await nova.ask(prepared.novaRequest)
  if (outcome.kind === 'answer' && outcome.answer.status === 403) log.warning(logName, forbidden)
  if (outcome.kind !== 'answer') log.warning(logName, outcome.reason)
  return answerWsgi(request, outcome, config.release)
}

/** Where the log says that the two secrets probably differ. */
export const forbidden =
  'The remote metadata server responded with Forbidden. This response usually occurs when shared secrets do not match.'
const logName = 'neutron.agent.metadata.agent'
