import { managementAddress } from './management-address.ts'
import type { Topology } from './schema.ts'

/** Whether a lab makes an authority and a certificate for its nova: for https, where the topology names none. */
export function makesCertificates({ neutron, nova }: Topology): boolean {
  return (
    neutron.metadata_agent.nova_metadata_protocol === 'https' &&
    asksOwnNova(neutron.metadata_agent) &&
    nova.wsgi.ssl_cert_file === undefined
  )
}

/** Whether the lab's own agent asks the lab's own nova. */
export function asksOwnNova(agent: Topology['neutron']['metadata_agent']): boolean {
  const { nova_metadata_host, metadata_proxy_socket } = agent
  return (nova_metadata_host ?? managementAddress) === managementAddress && !metadata_proxy_socket
}
