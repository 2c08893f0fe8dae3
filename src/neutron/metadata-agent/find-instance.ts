import type { ReleaseName } from '../../topology/release-names.ts'
import type { Headers } from '../../wsgi/headers.ts'
import { readClientAddress } from './client-address.ts'
import type { PortIndex } from './port-index.ts'
import { agentHas } from './release.ts'

/** Whom a request comes from. */
export type FoundInstance =
  | { readonly kind: 'instance'; readonly instanceId: string; readonly projectId: string }
  /** No port, several, or one that belongs to nobody. One of the ids is empty. */
  | {
      readonly kind: 'none'
      readonly networkId: string
      readonly routerId: string
      /** What the lookup itself says of it. */
      readonly logs?: LogLine
    }
  /** The proxy sets one of the two ids; a request with both may be forged. */
  | { readonly kind: 'both'; readonly networkId: string; readonly routerId: string }

export interface LogLine {
  readonly level: 'warning' | 'error'
  readonly text: string
}

/** A request that no proxy of ours sends; the agent does not expect it. */
export class UnexpectedRequest extends Error {
  override readonly name = 'UnexpectedRequest'
}

/**
 * The instance behind a request, from the address in X-Forwarded-For and the network or router it came through.
 * Throws UnexpectedRequest without a usable address or without either id. An unknown router, or one on no network,
 * gives none, where Neutron would search the address on every network.
 */
export function findInstance(
  ports: PortIndex,
  headers: Headers,
  release: ReleaseName,
): FoundInstance {
  const networkId = headers.get('x-neutron-network-id') ?? ''
  const routerId = headers.get('x-neutron-router-id') ?? ''
  if (networkId !== '' && routerId !== '' && agentHas(release, 'refusesBothIds')) {
    return { kind: 'both', networkId, routerId }
  }
  const client = readClientAddress(headers.get('x-forwarded-for'), release)
  if (client === undefined) throw new UnexpectedRequest('X-Forwarded-For is not one address')
  if (networkId === '' && routerId === '') {
    throw new UnexpectedRequest('neither a network nor a router id')
  }
  const networks = networkId === '' ? ports.listRouterNetworks(routerId) : [networkId]
  const [port, ...others] = ports.listPorts(networks, client)
  if (port === undefined || others.length > 0 || port.device_id === '') {
    return { kind: 'none', networkId, routerId }
  }
  return { kind: 'instance', instanceId: port.device_id, projectId: port.project_id }
}
