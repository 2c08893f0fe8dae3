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
    if (answer.status !== 404 || !asksAgain(context)) return answer
    return await askNova(request, context)
  } catch (error) {
    const isOurs = !(error instanceof UnexpectedRequest) && error instanceof Error
    context.log.error(logNameOf(context), `Unexpected error. ${isOurs ? error.stack : error}`)
    return answerUnknown(request)
  }
}

async function askNova(request: AgentRequest, context: AgentContext): Promise<Answer> {
  const { config, nova, log } = context
  const prepared = prepareNovaRequest(request, context)
  if (prepared.kind === 'unreadable') throw new UnexpectedRequest('the path is not UTF-8')
  const logName = logNameOf(context)
  if (prepared.kind === 'none' && prepared.logs !== undefined)
    log[prepared.logs.level](logName, prepared.logs.text)
  if (prepared.kind !== 'signed') return answerNotFound(request)
  const outcome = await nova.ask(prepared.novaRequest)
  if (outcome.kind === 'answer' && outcome.answer.status === 403) log.warning(logName, forbidden)
  if (outcome.kind !== 'answer') log.warning(logName, outcome.reason)
  return answerWsgi(request, outcome, config.release)
}

/** Where the log says that the two secrets probably differ. */
export const forbidden =
  'The remote metadata server responded with Forbidden. This response usually occurs when shared secrets do not match.'

/** OVN's agent has no cache whose content could be old. */
function asksAgain({ config }: AgentContext): boolean {
  return config.mechanism_driver !== 'ovn' && agentHas(config.release, 'asksAgainAfter404')
}

function logNameOf({ config }: AgentContext): string {
  return config.mechanism_driver === 'ovn'
    ? 'neutron.agent.ovn.metadata.server'
    : 'neutron.agent.metadata.agent'
}
