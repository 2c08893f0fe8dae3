import type { Cloud, Network, Router } from '../../../../src/cloud/cloud.ts'
import type { Instance } from '../../../../src/cloud/instance.ts'
import { signInstanceId } from '../../../../src/wsgi/sign-instance-id.ts'

export type Header = readonly [name: string, value: string]

/** Who a guest pretends to be, with all that it could have learnt of it, the shared secret included. */
export interface Pretence {
  readonly instance: Instance
  readonly network: Network
  readonly router: Router
  readonly address: string
}

/** Every header that tells a proxy, the agent or nova whom a request comes from. */
export function forgeHeaders(
  cloud: Cloud,
  { instance, network, router, address }: Pretence,
): readonly Header[] {
  const secret = cloud.neutron.metadata_agent.metadata_proxy_shared_secret
  return [
    ['X-Forwarded-For', address],
    ['X-Neutron-Network-ID', network.id],
    ['X-Neutron-Router-ID', router.id],
    ['X-Instance-ID', instance.id],
    ['X-Tenant-ID', instance.project_id],
    ['X-Instance-ID-Signature', signInstanceId(secret, instance.id)],
  ]
}

/** Every choice among some values, none of them and all of them included. */
export function subsetsOf<T>(values: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: 2 ** values.length }, (_, choice) =>
    values.filter((_value, index) => (choice & (1 << index)) !== 0),
  )
}

/**
 * Those that could get through by themselves: each alone, all, and the ones that the agent would take for a proxy's. An
 * agent refuses a request with both a network and a router, so that all together would hide what fewer can do.
 */
export function strongSets(headers: readonly Header[]): readonly (readonly Header[])[] {
  const [address, network, router, ...ofNova] = headers
  const of = (...chosen: readonly (Header | undefined)[]) =>
    chosen.filter(header => header !== undefined)
  return [
    ...headers.map(header => [header]),
    headers,
    of(address, network),
    of(address, router),
    of(address, network, ...ofNova),
    of(address, router, ...ofNova),
  ]
}
