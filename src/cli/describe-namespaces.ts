import { readNamespace } from '../linux/read-ip.ts'
import type { SeenRoute } from '../plan/ip-differences.ts'
import { isService, type Listener, type Step } from '../plan/step.ts'
import { describeListener } from '../runtime/process/missing-listeners.ts'

/** A namespace as a newcomer wants to see it. */
export interface NamespaceSummary {
  readonly namespace: string
  readonly is: string
  readonly addresses: readonly string[]
  readonly services: readonly { readonly service: string; readonly listens: readonly string[] }[]
  readonly metadataRoute: string | null
}

/** The namespaces of a plan, read from the kernel; of a large lab the first ones. */
export async function describeNamespaces(steps: readonly Step[]): Promise<NamespaceSummary[]> {
  const namespaces = steps.filter(step => step.kind === 'netns')
  const shown = namespaces.slice(0, MAX_NAMESPACES)
  const described = await Promise.all(
    shown.map(async step => describeNamespace(step.namespace, step.why, steps)),
  )
  const outside = servicesIn(null, steps)
  return outside.length === 0 ? described : [...described, { ...machine, services: outside }]
}

const machine = {
  namespace: 'this machine',
  is: 'its own network, from which another nova is asked',
  addresses: [],
  metadataRoute: null,
}

const MAX_NAMESPACES = 12

async function describeNamespace(
  namespace: string,
  why: string,
  steps: readonly Step[],
): Promise<NamespaceSummary> {
  const { links, routes } = await readNamespace(namespace)
  return {
    namespace,
    is: why.split(':')[0] ?? why,
    addresses: links
      .filter(({ ifname }) => ifname !== 'lo')
      .flatMap(({ addr_info = [] }) => addr_info.filter(isWorthShowing).map(addressText)),
    services: servicesIn(namespace, steps),
    metadataRoute: metadataRouteOf(namespace, routes),
  }
}

function servicesIn(
  namespace: string | null,
  steps: readonly Step[],
): NamespaceSummary['services'] {
  return steps
    .filter(isService)
    .filter(step => step.namespace === namespace)
    .filter(({ service, listens }) => listens.length > 0 || service === 'radvd')
    .map(({ service, listens }) => ({ service, listens: mergeProtocols(listens) }))
}

interface SeenAddress {
  readonly local?: string
  readonly prefixlen?: number
}

/** The kernel's own link-local addresses are no news; the metadata address is. */
function isWorthShowing({ local = '' }: SeenAddress): boolean {
  return !local.startsWith('fe80:') || local === 'fe80::a9fe:a9fe'
}

function addressText({ local, prefixlen }: SeenAddress): string {
  return `${local}/${prefixlen}`
}

function metadataRouteOf(namespace: string, routes: readonly SeenRoute[]): string | null {
  if (!namespace.startsWith('lab-')) return null
  const route = routes.find(({ dst }) => dst === '169.254.169.254')
  return route === undefined ? null : `169.254.169.254 via ${route.gateway} dev ${route.dev}`
}

/** `udp+tcp 10.0.0.2:53` where a service listens by both. */
function mergeProtocols(listeners: readonly Listener[]): string[] {
  const protocols = new Map<string, string[]>()
  for (const listener of listeners) {
    const [protocol = '', where = ''] = describeListener(listener).split(' ')
    protocols.set(where, [...(protocols.get(where) ?? []), protocol])
  }
  return [...protocols].map(([where, names]) => `${names.join('+')} ${where}`)
}
