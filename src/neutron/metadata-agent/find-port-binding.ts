import type { ReleaseName } from '../../topology/release-names.ts'
import type { Headers } from '../../wsgi/headers.ts'
import { ovnHas } from '../ovn/release.ts'
import { type ClientAddress, readClientAddress } from './client-address.ts'
import type { AgentPort } from './config.ts'
import { type FoundInstance, type LogLine, UnexpectedRequest } from './find-instance.ts'
import type { PortIndex } from './port-index.ts'

/**
 * The instance behind a request that came through a network's metadata port, from the Port_Binding rows that are bound to a
 * chassis: the one whose `mac` has the address of X-Forwarded-For, or the MAC that is in it. A guest that sends an
 * X-OVN-Network-ID is on a network of two ids, which is none. `MetadataProxyHandler.get_port` of
 * neutron/agent/ovn/metadata/server.py and server_socket.py. Throws UnexpectedRequest without a usable address.
 */
export function findPortBinding(
  bindings: PortIndex,
  headers: Headers,
  release: ReleaseName,
): FoundInstance {
  const networkId = headers.get('x-ovn-network-id') ?? ''
  const forwardedFor = headers.get('x-forwarded-for')
  const client = readAddress(forwardedFor, release)
  if (client === undefined) throw new UnexpectedRequest('X-Forwarded-For is not one address')
  const found = bindings.listPorts([networkId], client)
  const [port, ...others] = found
  if (port !== undefined && others.length === 0 && port.device_id !== '') {
    return { kind: 'instance', instanceId: port.device_id, projectId: port.project_id }
  }
  const asked = { networkId: networkId || 'None', address: describe(client, forwardedFor) }
  // Without a network the socket server speaks of the router that it looks for no more.
  const none = { kind: 'none', networkId, routerId: networkId === '' ? 'None' : '' } as const
  if (port === undefined) return { ...none, logs: noPort(asked, release) }
  return others.length === 0 ? none : { ...none, logs: severalPorts(asked, found) }
}

/** Old releases compare what came, whatever it is. */
function readAddress(
  forwardedFor: string | undefined,
  release: ReleaseName,
): ClientAddress | undefined {
  return ovnHas(release, 'parsesForwardedFor')
    ? readClientAddress(forwardedFor, release)
    : { kind: 'ip', ip_address: forwardedFor ?? 'None' }
}

function describe(client: ClientAddress, forwardedFor = ''): string {
  return client.kind === 'ip' ? client.ip_address : forwardedFor
}

interface Asked {
  readonly networkId: string
  readonly address: string
}

function noPort({ networkId, address }: Asked, release: ReleaseName): LogLine {
  return {
    level: ovnHas(release, 'warnsOfNoPort') ? 'warning' : 'error',
    text: `No port found in network ${networkId} with IP address ${address}`,
  }
}

/** Of rows, which have ids of their own, the ports' are told. */
function severalPorts({ networkId, address }: Asked, ports: readonly AgentPort[]): LogLine {
  const rows = ports.map(({ id }) => id).join(', ')
  return {
    level: 'error',
    text: `More than one port found in network ${networkId} with IP address ${address}. Please run the neutron-ovn-db-sync-util script as there seems to be inconsistent data between Neutron and OVN databases. OVN Port uuids: ${rows}`,
  }
}
