import type { Headers } from '../../wsgi/headers.ts'
import { signInstanceId } from '../../wsgi/sign-instance-id.ts'
import type { MetadataAgentConfig } from './config.ts'
import type { FoundInstance } from './find-instance.ts'
import { formatAuthority, type NovaEndpoint } from './nova-endpoint.ts'
import { writeNovaTarget } from './nova-target.ts'

/** What the agent sends to nova-api-metadata. */
export interface NovaRequest {
  readonly method: string
  readonly target: string
  /** Names and order as python-requests has them on the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/** What came of it. */
export type NovaOutcome =
  | { readonly kind: 'answer'; readonly answer: NovaAnswer }
  /** What python-requests calls a ConnectionError: none, one without an answer, no TLS, silence in a body. */
  | {
      readonly kind: 'unreachable'
      readonly reason: string
      /** There where not nova is away, but the network to its host. */
      readonly isCutOff?: true
    }
  /** What it calls otherwise, and the agent does not expect: silence, a body that breaks off, redirects without end. */
  | { readonly kind: 'failed'; readonly reason: string }

export interface NovaAnswer {
  readonly status: number
  /** As they came, hop-by-hop ones included; the values of one that came twice are joined. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/** A guest's request as one of the agent's two servers has read it. */
export interface AgentRequest {
  readonly method: string
  /** Decoded once, one character a byte. */
  readonly pathInfo: string
  readonly query: string
  readonly headers: Headers
  readonly body: Uint8Array
}

/**
 * The signed request for an instance. Of the guest's headers only X-Forwarded-For goes along. Undefined where the
 * path is not UTF-8, which the agent does not expect.
 */
export function makeNovaRequest(
  config: MetadataAgentConfig,
  request: AgentRequest,
  instance: FoundInstance & { kind: 'instance' },
): NovaRequest | undefined {
  const target = writeNovaTarget(request.pathInfo, request.query)
  if (target === undefined) return undefined
  const method = request.method.toUpperCase()
  const { instanceId, projectId } = instance
  const forwardedFor = request.headers.get('x-forwarded-for')
  const hasLength = request.body.length > 0 || !bodyless.has(method)
  const headers: NovaRequest['headers'] = [
    ['Host', formatAuthority(novaEndpoint(config))],
    ...clientHeaders,
    ...(forwardedFor === undefined ? [] : [['X-Forwarded-For', forwardedFor] as const]),
    ['X-Instance-ID', instanceId],
    ['X-Tenant-ID', projectId],
    ['X-Instance-ID-Signature', signInstanceId(config.metadata_proxy_shared_secret, instanceId)],
    ...(hasLength ? [['Content-Length', String(request.body.length)] as const] : []),
  ]
  return { method, target, headers, body: request.body }
}

/** Where the agent finds nova. */
export function novaEndpoint(
  config: Pick<MetadataAgentConfig, `nova_metadata_${'protocol' | 'host' | 'port'}`>,
): NovaEndpoint {
  const { nova_metadata_protocol, nova_metadata_host, nova_metadata_port } = config
  return { protocol: nova_metadata_protocol, host: nova_metadata_host, port: nova_metadata_port }
}

/** The ones that come before ours in every request of python-requests. */
const clientHeaders = [
  ['User-Agent', 'python-requests/2.28.1'],
  ['Accept-Encoding', 'gzip, deflate'],
  ['Accept', '*/*'],
  ['Connection', 'keep-alive'],
] as const
/** Methods for which python-requests sends no length when there is no body. */
const bodyless = new Set(['GET', 'HEAD'])
