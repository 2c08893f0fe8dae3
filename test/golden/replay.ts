import { readFileSync } from 'node:fs'
import { findInstance } from '../../src/neutron/metadata-agent/find-instance.ts'
import {
  type AgentRequest,
  makeNovaRequest,
  type NovaOutcome,
  type NovaRequest,
} from '../../src/neutron/metadata-agent/nova-request.ts'
import { indexPorts } from '../../src/neutron/metadata-agent/port-index.ts'
import { readWsgiTarget } from '../../src/neutron/metadata-agent/read-target.ts'
import { answerNotFound, answerUnknown, answerWsgi } from '../../src/neutron/metadata-agent/wsgi.ts'
import { answerMetadata } from '../../src/nova/answer.ts'
import { createInstanceCache } from '../../src/nova/instance-cache.ts'
import type { MetadataRequest } from '../../src/nova/request.ts'
import type { Answer } from '../../src/wsgi/answer.ts'
import { foldEventletHeaders, foldUwsgiHeaders } from '../../src/wsgi/headers.ts'
import { goldenAgentConfig, goldenNovaConfig, proxyHeaders } from './cloud.ts'
import { type Exchange, requestBody } from './exchange.ts'

export interface ReplayedCloud {
  /** Through proxy, agent and nova, as functions. */
  askChain(exchange: Exchange): Answer
  askAgent(exchange: Exchange): Answer
  askNova(exchange: Exchange): Answer | undefined
  /** Seconds that pass before the next exchange. */
  wait(seconds: number): void
}

/** The recorded cloud answered by our functions, without a socket; every exchange takes a second. */
export function replayedCloud(): ReplayedCloud {
  const config = goldenNovaConfig()
  const agent = goldenAgentConfig()
  const ports = indexPorts(agent.ports)
  const instances = createInstanceCache(config, {
    passwords: new Map(),
    readFile: readFileSync,
    log,
  })
  let nowMs = Date.UTC(2024, 0, 1)
  const randomBytes = (size: number) => new Uint8Array(size)
  const answerNova = (request: MetadataRequest) => {
    const answer = answerMetadata(request, { config, instances, nowMs, randomBytes, ...effects })
    if (answer instanceof Promise)
      throw new Error('no vendor data of the recorded cloud is fetched')
    return answer
  }

  const answerAgent = (request: AgentRequest): Answer => {
    try {
      const found = findInstance(ports, request.headers, agent.release)
      if (found.kind !== 'instance') return answerNotFound(request)
      const novaRequest = makeNovaRequest(agent, request, found)
      if (novaRequest === undefined) return answerUnknown(request)
      return answerWsgi(
        request,
        toOutcome(novaRequest, answerNova(toRequest(novaRequest))),
        agent.release,
      )
    } catch {
      return answerUnknown(request)
    }
  }
  const askAgent = (exchange: Exchange, headers = exchange.request_headers) => {
    nowMs += 1000
    const body = isChunked(exchange) ? Buffer.alloc(0) : requestBody(exchange)
    const { method, path } = exchange
    return answerAgent({
      ...readWsgiTarget(path),
      method,
      headers: foldEventletHeaders(headers),
      body,
    })
  }
  return {
    askAgent: exchange => askAgent(exchange),
    askChain: exchange => askAgent(exchange, throughProxy(exchange)),
    askNova(exchange) {
      nowMs += 1000
      const headers = foldUwsgiHeaders(exchange.request_headers)
      const { method, path: target } = exchange
      return answerNova({ method, target, headers, body: requestBody(exchange) })
    },
    wait(seconds) {
      nowMs += seconds * 1000
    },
  }
}

/** What haproxy makes of a guest's headers. */
export function throughProxy({ via, request_headers }: Exchange): (readonly [string, string])[] {
  const kept = request_headers.filter(([name]) => !/^x-neutron-(network|router)-id$/i.test(name))
  return [...kept, ...proxyHeaders(via.replace('chain:', ''))]
}

function toRequest({ method, target, headers, body }: NovaRequest): MetadataRequest {
  return { method, target, headers: foldUwsgiHeaders(headers), body }
}

function toOutcome({ method }: NovaRequest, answer: Answer | undefined): NovaOutcome {
  if (answer === undefined) return { kind: 'unreachable', reason: 'no answer' }
  const { status, contentType } = answer
  const body = method === 'HEAD' ? Buffer.alloc(0) : answer.body
  const headers = contentType === null ? [] : [['Content-Type', contentType] as const]
  return { kind: 'answer', answer: { status, headers, body } }
}

function isChunked({ request_headers }: Exchange): boolean {
  return request_headers.some(([name]) => name.toLowerCase() === 'transfer-encoding')
}

const ignore = () => undefined
const log = { info: ignore, warning: ignore, error: ignore }
const effects = { log, fetchVendordata: () => Promise.reject(new Error('nothing is fetched')) }
