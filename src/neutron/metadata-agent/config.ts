import type { Cloud, Port } from '../../cloud/cloud.ts'
import type { MachineFacts } from '../../cloud/machine-facts.ts'
import { type ReleaseName, readReleaseName } from '../../topology/release-names.ts'

/** All that neutron-metadata-agent needs to know; JSON can carry it. It holds a secret, so its file is root's alone. */
export interface MetadataAgentConfig {
  readonly release: ReleaseName
  readonly metadata_proxy_socket: string
  readonly metadata_proxy_shared_secret: string
  readonly nova_metadata_protocol: 'http' | 'https'
  /** A name, or an address without brackets. */
  readonly nova_metadata_host: string
  readonly nova_metadata_port: number
  /** Nova's certificate is not looked at. */
  readonly nova_metadata_insecure: boolean
  /** Paths; the one that a CA's certificates stand in, and the agent's own certificate, which counts with its key alone. */
  readonly auth_ca_cert: string | null
  readonly nova_client_cert: string | null
  readonly nova_client_priv_key: string | null
  readonly ports: readonly AgentPort[]
  /** Who the daemon becomes once it listens. */
  readonly uid: number
  readonly gid: number
  readonly pidFile: string
}

/** Of a port, what the agent asks neutron-server for. */
export type AgentPort = Pick<
  Port,
  'network_id' | 'project_id' | 'mac_address' | 'device_owner' | 'device_id'
> & { readonly ip_addresses: readonly string[] }

/** The configuration of a cloud's metadata agent. Throws on a release that `releaseNames` does not list. */
export function metadataAgentConfig(cloud: Cloud, facts: MachineFacts): MetadataAgentConfig {
  const { neutron } = cloud
  return {
    ...neutron.metadata_agent,
    release: readReleaseName('Neutron', neutron.release),
    ports: cloud.ports.map(pickAgentPort),
    uid: facts.uid,
    gid: facts.gid,
    pidFile: `${neutron.state_path}/run/neutron-metadata-agent.pid`,
  }
}

function pickAgentPort(port: Port): AgentPort {
  const { network_id, project_id, mac_address, device_owner, device_id } = port
  const ip_addresses = port.fixed_ips.map(ip => ip.ip_address)
  return { network_id, project_id, mac_address, device_owner, device_id, ip_addresses }
}
