import { makesCertificates } from '../topology/makes-certificates.ts'
import type { Topology } from '../topology/schema.ts'
import type { Cloud, Neutron, Nova } from './cloud.ts'

interface Place {
  readonly state_path: string
  readonly secret: string
  /** The controller's, on the management network. */
  readonly nova_address: string
}

/** The agent's options, defaults filled in: the lab's own socket, nova, and authority where it makes certificates. */
export function settleMetadataAgent(topology: Topology, place: Place): Neutron['metadata_agent'] {
  const { metadata_agent } = topology.neutron
  const { state_path } = place
  return {
    metadata_proxy_shared_secret: place.secret,
    metadata_proxy_socket: ownSocketOf(state_path),
    nova_metadata_host: place.nova_address,
    nova_metadata_port: 8775,
    auth_ca_cert: makesCertificates(topology) ? certificatePaths(state_path).ca : null,
    nova_client_cert: null,
    nova_client_priv_key: null,
    ...metadata_agent,
  }
}

/** nova.conf [wsgi]; all null where nova-api-metadata speaks plain HTTP. */
export function settleNovaWsgi(topology: Topology, place: Place): Nova['wsgi'] {
  const { cert, key } = certificatePaths(place.state_path)
  const own = makesCertificates(topology)
    ? { ssl_cert_file: cert, ssl_key_file: key }
    : { ssl_cert_file: null, ssl_key_file: null }
  return { ...own, ssl_ca_file: null, ...topology.nova.wsgi }
}

/** Which of the two services the lab starts: none beside another agent, and the agent alone for another nova. */
export function metadataServicesOf({ neutron, nova }: Pick<Cloud, 'neutron' | 'nova'>): {
  readonly agent: boolean
  readonly nova: boolean
} {
  const { metadata_proxy_socket, nova_metadata_host } = neutron.metadata_agent
  const agent = metadata_proxy_socket === ownSocketOf(neutron.state_path)
  return { agent, nova: agent && nova_metadata_host === nova.metadata_listen }
}

/** Where the lab keeps certificates that it makes itself. */
export function certificatePaths(state_path: string) {
  const directory = `${state_path}/ssl`
  return {
    directory,
    ca: `${directory}/ca.crt`,
    cert: `${directory}/nova-api-metadata.crt`,
    key: `${directory}/nova-api-metadata.key`,
  }
}

/** The socket of the lab's own agent, below its host's state path. */
export function ownSocketOf(state_path: string): string {
  return `${state_path}/metadata_proxy`
}
