import type { Cloud, Neutron, Port } from '../../cloud/cloud.ts'
import { metadataServicesOf } from '../../cloud/derive-metadata-agent.ts'
import type { MachineFacts } from '../../cloud/machine-facts.ts'
import { type ReleaseName, readReleaseName } from '../../topology/release-names.ts'
import { isVif } from '../ovn/metadata-port.ts'
import { type MetadataAgentName, metadataAgentName } from './agent-name.ts'

/** All that a metadata agent needs to know, ML2/OVN's too; JSON can carry it. It holds a secret, so its file is root's alone. */
export interface MetadataAgentConfig {
  readonly name: MetadataAgentName
  readonly release: ReleaseName
  /** Which ids proxies send, and where ports are looked up: in neutron-server, or among the rows of Port_Binding. */
  readonly mechanism_driver: Neutron['mechanism_driver']
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
  /** Ports are looked up at neutron-server, which is on nova's host: the network to both is one. */
  readonly asksServerBesideNova: boolean
  readonly ports: readonly AgentPort[]
  /** Who the daemon becomes once it listens. */
  readonly uid: number
  readonly gid: number
  readonly pidFile: string
}

/** Of a port, what the agent asks neutron-server or the southbound database for. */
export type AgentPort = Pick<
  Port,
  'id' | 'network_id' | 'project_id' | 'mac_address' | 'device_owner' | 'device_id'
> & { readonly ip_addresses: readonly string[] }

/** The configuration of a cloud's metadata agent. Throws on a release that `releaseNames` does not list. */
export function metadataAgentConfig(cloud: Cloud, facts: MachineFacts): MetadataAgentConfig {
  const { neutron } = cloud
  const name = metadataAgentName(neutron)
  return {
    ...neutron.metadata_agent,
    name,
    mechanism_driver: neutron.mechanism_driver,
    release: readReleaseName('Neutron', neutron.release),
    asksServerBesideNova:
      neutron.mechanism_driver === 'openvswitch' && metadataServicesOf(cloud).nova,
    ports: searchedPorts(cloud).map(pickAgentPort),
    uid: facts.uid,
    gid: facts.gid,
    pidFile: `${neutron.state_path}/run/${name}.pid`,
  }
}

/** Under ML2/OVN those that are bound to a chassis. */
function searchedPorts({ neutron, ports }: Cloud): readonly Port[] {
  if (neutron.mechanism_driver === 'openvswitch') return ports
  return ports.filter(port => isVif(port) && port['binding:host_id'] !== '')
}

function pickAgentPort(port: Port): AgentPort {
  const { id, network_id, project_id, mac_address, device_owner, device_id } = port
  const ip_addresses = port.fixed_ips.map(ip => ip.ip_address)
  return { id, network_id, project_id, mac_address, device_owner, device_id, ip_addresses }
}
