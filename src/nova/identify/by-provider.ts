import { unknownError } from '../../wsgi/status.ts'
import type { NovaContext } from '../context.ts'
import { HttpFailure, UnhandledFailure } from '../failure.ts'
import type { LoadedInstance, ProviderGuest } from '../instance-cache.ts'
import { hasAddress, type NeutronPort } from '../neutron-view.ts'
import { novaHas } from '../release.ts'
import type { MetadataRequest } from '../request.ts'
import { loadInstance } from './load-instance.ts'
import { handlerLog, throwOnForgery } from './throw-on-forgery.ts'

/**
 * A load balancer's way: the instance whose port has the first address of X-Forwarded-For on one of the provider's
 * networks. Throws a 400 without an address, subnets, or exactly one such port, a 403 for a wrong signature, which is
 * asked for only where there is a secret, and a 404 for what is no instance of the port's project.
 */
export function identifyByProvider(
  { headers }: MetadataRequest,
  context: NovaContext,
): LoadedInstance {
  const { config, instances, nowMs } = context
  const provider = headers.get('x-metadata-provider') ?? ''
  const forwardedFor = headers.get('x-forwarded-for')
  if (forwardedFor === undefined) {
    throw new HttpFailure(400, 'X-Forwarded-For is missing from request.')
  }
  const [address = ''] = forwardedFor.split(',')
  if (config.metadata_proxy_shared_secret !== '') {
    const signature = headers.get('x-metadata-provider-signature')
    throwOnForgery({ id: provider, signature, address }, context)
  }
  // Nova's own key is `edge-1-10.0.0.5` for both the provider edge-1 and a guest of edge that calls itself 1-10.0.0.5.
  const key = JSON.stringify([provider, address])
  const known = instances.providerGuests.get(key, nowMs)
  const guest = known ?? findGuest(provider, address, context)
  if (known === undefined) instances.providerGuests.set(key, guest, nowMs)
  const { device_id: id, project_id } = guest
  return loadInstance({ id, project_id, address, key: `b'${id}'` }, context)
}

function findGuest(provider: string, address: string, context: NovaContext): ProviderGuest {
  const { config, log } = context
  const networks = listNetworks(provider, context)
  const ports = findPorts(config.ports, networks, address)
  if (!novaHas(config.release, 'countsProviderPorts')) return takeFirst(ports)
  if (networks.length === 0) fail(log, `Could not find any subnets for provider ${provider}`)
  const [port] = ports
  if (port !== undefined && ports.length === 1) return port
  const expected = `Expected a single port matching provider ${provider} and IP ${address}`
  return fail(log, `${expected}. Found ${ports.length}.`)
}

/** One for each subnet, so that a network may stand there twice. */
function listNetworks(provider: string, { config: { subnets } }: NovaContext): string[] {
  if (subnets.length === 0) {
    throw new UnhandledFailure('Neutron rejects advanced_service_providers')
  }
  return subnets
    .filter(subnet => subnet.advanced_service_providers.includes(provider))
    .map(subnet => subnet.network_id)
}

/** Asked for in batches, and a network that stands in two of them is found twice. */
function findPorts(
  ports: readonly NeutronPort[],
  networks: readonly string[],
  address: string,
): NeutronPort[] {
  const batches = Array.from({ length: Math.ceil(networks.length / batchSize) }, (_, index) =>
    networks.slice(index * batchSize, (index + 1) * batchSize),
  )
  return batches.flatMap(batch =>
    ports.filter(port => batch.includes(port.network_id) && hasAddress(port, address)),
  )
}

/**
 * Before Ussuri the first of several ports was good enough. A provider without subnets made nova search all networks;
 * here it finds nothing, so that no guest gets the metadata of another network's.
 */
function takeFirst([port]: readonly NeutronPort[]): ProviderGuest {
  if (port === undefined) throw new HttpFailure(400, unknownError)
  return port
}

function fail(log: NovaContext['log'], text: string): never {
  log.error(handlerLog, text)
  throw new HttpFailure(400, text)
}

/** MAX_QUERY_NETWORKS: a URL of Neutron's cannot name many more. */
const batchSize = 160
