import { type FoundInstance, findInstance } from '../neutron/metadata-agent/find-instance.ts'
import { findPortBinding } from '../neutron/metadata-agent/find-port-binding.ts'
import {
  type AgentRequest,
  makeNovaRequest,
  type NovaRequest,
} from '../neutron/metadata-agent/nova-request.ts'
import type { Headers } from '../wsgi/headers.ts'
import type { AgentContext } from './wsgi-agent.ts'

/** What the agent makes of a guest's request before it asks nova. */
export type Prepared =
  | { readonly kind: 'signed'; readonly novaRequest: NovaRequest }
  /** The path is not UTF-8. */
  | { readonly kind: 'unreadable' }
  | Exclude<FoundInstance, { kind: 'instance' }>

/**
 * Finds the instance and signs the request for it, once for requests without a body that are the same: with other ports
 * the agent has another context. Throws UnexpectedRequest.
 */
export function prepareNovaRequest(request: AgentRequest, context: AgentContext): Prepared {
  if (request.body.length > 0) return prepare(request, context)
  const before = preparedIn(context).get(request.headers)
  if (before !== undefined && isSame(before.request, request)) return before.prepared
  const prepared = prepare(request, context)
  preparedIn(context).set(request.headers, { request, prepared })
  return prepared
}

function prepare(request: AgentRequest, { config, ports }: AgentContext): Prepared {
  const find = config.mechanism_driver === 'ovn' ? findPortBinding : findInstance
  const found = find(ports, request.headers, config.release)
  if (found.kind !== 'instance') return found
  const novaRequest = makeNovaRequest(config, request, found)
  return novaRequest === undefined ? { kind: 'unreadable' } : { kind: 'signed', novaRequest }
}

function isSame(one: AgentRequest, other: AgentRequest): boolean {
  return one.method === other.method && one.pathInfo === other.pathInfo && one.query === other.query
}

/** By the headers themselves, which are the same object for as long as their head is known. */
type PreparedRequests = WeakMap<Headers, { request: AgentRequest; prepared: Prepared }>

function preparedIn(context: AgentContext): PreparedRequests {
  const before = preparedRequests.get(context)
  if (before !== undefined) return before
  const fresh: PreparedRequests = new WeakMap()
  preparedRequests.set(context, fresh)
  return fresh
}

const preparedRequests = new WeakMap<AgentContext, PreparedRequests>()
