import { hostsOf } from './hosts.ts'
import { managementAddress } from './management-address.ts'
import type { Topology } from './schema.ts'

/** Whether a lab makes an authority and a certificate for its nova: for https, where the topology names none. */
export function makesCertificates(topology: Topology): boolean {
  return (
    topology.neutron.metadata_agent.nova_metadata_protocol === 'https' &&
    asksOwnNova(topology) &&
    topology.nova.wsgi.ssl_cert_file === undefined
  )
}

/** Whether the lab's own agent asks the lab's own nova. */
export function asksOwnNova(topology: Topology): boolean {
  const { nova_metadata_host, metadata_proxy_socket } = topology.neutron.metadata_agent
  if (metadata_proxy_socket !== undefined) return false
  return nova_metadata_host === undefined || nova_metadata_host === controllerAddress(topology)
}

function controllerAddress(topology: Topology): string {
  const hosts = hostsOf(topology).values()
  const controller = hosts.find(({ roles }) => roles.includes('controller'))
  return controller?.management_ip ?? managementAddress
}
