import { readFileSync } from 'node:fs'
import type { Cloud, Network } from '../../src/cloud/cloud.ts'
import { deriveCloud } from '../../src/cloud/derive-cloud.ts'
import type { Nic } from '../../src/cloud/guest.ts'
import {
  type MetadataAgentConfig,
  metadataAgentConfig,
} from '../../src/neutron/metadata-agent/config.ts'
import { proxyOfDhcpNamespace } from '../../src/neutron/metadata-decisions.ts'
import { type NovaMetadataConfig, novaMetadataConfig } from '../../src/nova/config.ts'
import { readTopology } from '../../src/topology/read-topology.ts'
import { renderMistakes } from '../../src/topology/render-mistakes.ts'
import { machineFacts } from '../fixtures/cloud.ts'

/** The recorded cloud, made of the topology that says it. */
export const goldenCloud: Cloud = readGoldenCloud()

/** Its nova-api-metadata, on this machine and under this user. */
export function goldenNovaConfig(): NovaMetadataConfig {
  return {
    ...novaMetadataConfig(goldenCloud, ownUser),
    metadata_listen: '127.0.0.1',
    pidFile: '/dev/null',
    passwordFile: '/nowhere/at/all/passwords.json',
  }
}

/** Its metadata agent, in the same way. */
export function goldenAgentConfig(): MetadataAgentConfig {
  return {
    ...metadataAgentConfig(goldenCloud, ownUser),
    metadata_proxy_socket: '/nowhere',
    nova_metadata_host: '127.0.0.1',
    pidFile: '/dev/null',
  }
}

/** The headers that the proxy of a guest's first NIC adds: the one in qdhcp where it runs, else the router's. */
export function proxyHeaders(guest: string): [string, string][] {
  const [nic] = goldenCloud.guests.find(({ name }) => name === guest)?.nics ?? []
  const network = goldenCloud.networks.find(({ id }) => id === nic?.network_id)
  if (nic === undefined || network === undefined) throw new Error(`no guest named ${guest}`)
  const { runs, sends } = proxyOfDhcpNamespace(goldenCloud, network)
  const address = firstIpv4(nic)
  if (runs) {
    return [
      ['X-Neutron-Network-ID', sends.id],
      ['X-Forwarded-For', address],
    ]
  }
  return [
    ['X-Neutron-Router-ID', routerOf(network)],
    ['X-Forwarded-For', `::ffff:${address}`],
  ]
}

/** The floating IPs of one of its ports. */
export function floatingIpsOf(portId: string): string[] {
  return goldenCloud.floating_ips
    .filter(({ port_id }) => port_id === portId)
    .map(({ floating_ip_address }) => floating_ip_address)
}

function readGoldenCloud(): Cloud {
  const file = new URL('../conformance/golden.yaml', import.meta.url)
  const source = { path: 'golden.yaml', text: readFileSync(file, 'utf8') }
  const reading = readTopology(source)
  if (!reading.ok) throw new Error(renderMistakes(source, reading.mistakes))
  return deriveCloud(reading.topology, { lab: 'golden', secret: '' })
}

function firstIpv4({ fixed_ips }: Nic): string {
  return fixed_ips.find(({ ip_address }) => !ip_address.includes(':'))?.ip_address ?? ''
}

function routerOf({ id }: Network): string {
  const port = goldenCloud.ports.find(
    ({ network_id, device_owner }) =>
      network_id === id && device_owner === 'network:router_interface',
  )
  return port?.device_id ?? ''
}

const ownUser = {
  ...machineFacts,
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
}
