import type { AgentPort, MetadataAgentConfig } from '../../src/neutron/metadata-agent/config.ts'
import { indexPorts, type PortIndex } from '../../src/neutron/metadata-agent/port-index.ts'
import { type Difference, differ } from './difference.ts'
import type { RecordedLookup, RecordedPort } from './read-recordings.ts'

/** A lookup of ports, made again. */
export interface ReplayedLookup {
  readonly lookup: RecordedLookup
  readonly main: readonly Difference[]
}

/** Makes the recorded lookups in the ports that the lab's own agent was given. */
export function replayLookups(
  lookups: readonly RecordedLookup[],
  { ports }: Pick<MetadataAgentConfig, 'ports'>,
): ReplayedLookup[] {
  const index = indexPorts(ports)
  return lookups.map(lookup => ({ lookup, main: compareLookup(lookup, index) }))
}

function compareLookup({ filters, ports }: RecordedLookup, index: PortIndex): Difference[] {
  const [router] = filters.device_id ?? []
  if (router !== undefined) {
    const networks = new Set(ports.map(({ network_id }) => network_id))
    return differ('networks', showList(networks), showList(index.listRouterNetworks(router)))
  }
  const found = findPorts(filters, index)
  if (found === undefined) return differ('ports', showList(ports.map(showPort)), 'never asked for')
  return differ('ports', showList(ports.map(showPort)), showList(found.map(showOwn)))
}

function findPorts(
  { network_id, fixed_ips, mac_address }: RecordedLookup['filters'],
  index: PortIndex,
): readonly AgentPort[] | undefined {
  const [address] = fixed_ips?.ip_address ?? []
  const [mac] = mac_address ?? []
  if (network_id === undefined) return undefined
  if (address !== undefined) return index.listPorts(network_id, { kind: 'ip', ip_address: address })
  return mac === undefined
    ? undefined
    : index.listPorts(network_id, { kind: 'mac', mac_address: mac })
}

/** What of a port the agent looks at. */
function showPort(port: RecordedPort): string {
  const { network_id, tenant_id: project_id, mac_address, device_id, device_owner } = port
  const addresses = port.fixed_ips.map(({ ip_address }) => ip_address)
  return [network_id, project_id, mac_address, device_owner, device_id, ...addresses].join(' ')
}

function showOwn(port: AgentPort): string {
  const { network_id, project_id, mac_address, device_id, device_owner, ip_addresses } = port
  return [network_id, project_id, mac_address, device_owner, device_id, ...ip_addresses].join(' ')
}

function showList(words: Iterable<string>): string {
  return [...words].sort().join('\n')
}
