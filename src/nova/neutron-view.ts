import type { Cloud, Port } from '../cloud/cloud.ts'

/** What nova-api-metadata asks neutron-server for; empty where it asks nothing. */
export interface NeutronView {
  readonly ports: readonly NeutronPort[]
  /** Those with a provider; ML2 has none, and rejects the question. */
  readonly subnets: readonly ProviderSubnet[]
}

export interface NeutronPort {
  readonly network_id: string
  readonly project_id: string
  readonly device_id: string
  readonly ip_addresses: readonly string[]
}

export interface ProviderSubnet {
  readonly network_id: string
  readonly advanced_service_providers: readonly string[]
}

/**
 * The ports that nova may look for: all of them where it goes by addresses, those on a provider's networks where load
 * balancers ask, none where only Neutron's agent does.
 */
export function buildNeutronView({ networks, ports, nova }: Cloud): NeutronView {
  const subnets = networks
    .flatMap(network => network.subnets)
    .filter(subnet => subnet.advanced_service_providers.length > 0)
  const provided = new Set(subnets.map(subnet => subnet.network_id))
  const isAsked = (port: Port) =>
    !nova.neutron.service_metadata_proxy || provided.has(port.network_id)
  return {
    ports: ports.filter(isAsked).map(describePort),
    subnets: subnets.map(({ network_id, advanced_service_providers }) => ({
      network_id,
      advanced_service_providers,
    })),
  }
}

function describePort({ network_id, project_id, device_id, fixed_ips }: Port): NeutronPort {
  return { network_id, project_id, device_id, ip_addresses: fixed_ips.map(ip => ip.ip_address) }
}

/** Whether a port has an address, which Neutron takes without blanks around it and its database in any case. */
export function hasAddress({ ip_addresses }: NeutronPort, address: string): boolean {
  const asked = address.trim().toLowerCase()
  return ip_addresses.some(candidate => candidate.toLowerCase() === asked)
}
