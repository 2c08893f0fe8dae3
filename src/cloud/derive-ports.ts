import {
  type Allocation,
  allocateAddresses,
  type HeldAddresses,
} from '../topology/allocate-addresses.ts'
import { eui64Address } from '../topology/ip.ts'
import type { AddressRequest, PortRequest } from '../topology/port-request.ts'
import { requestPorts } from '../topology/request-ports.ts'
import type { Topology } from '../topology/schema.ts'
import { rangeOf } from '../topology/subnet-defaults.ts'
import type { Cloud, FixedIp, Network, Port, Router } from './cloud.ts'
import { floatingIpId } from './derive-floating-ips.ts'
import { dnsNamespace, uuid5 } from './derive-id.ts'
import { subnetId } from './derive-networks.ts'
import { derivePortIdentities, type PortIdentity } from './derive-port-identity.ts'
import type { Instance } from './instance.ts'
import { keepDhcpPorts } from './keep-dhcp-ports.ts'
import type { Placement } from './schedule.ts'

/** What ports refer to. */
export interface Devices {
  /** Whose a port is that has no owner in the cloud. */
  readonly project_id: string
  readonly placement: Placement
  readonly networks: readonly Network[]
  readonly routers: readonly Router[]
  readonly instances: readonly Pick<Instance, 'id' | 'name' | 'project_id'>[]
  /** Its ports keep their addresses where the topology gives them none. */
  readonly standing: Cloud | null
}

/** What a request has become: a port, or for a NIC without one all that a port would have. */
export interface SettledRequest {
  readonly request: PortRequest
  readonly port: Port
}

/** All that a topology asks for, and what has become of it. */
export interface SettledPorts {
  readonly requests: readonly PortRequest[]
  readonly allocation: Allocation
  readonly settled: readonly SettledRequest[]
}

/** Every port of the cloud, and every NIC without one: DHCP or metadata, routers', instances', guests', floating IPs'. */
export function settlePorts(lab: string, topology: Topology, devices: Devices): SettledPorts {
  const requests = keepDhcpPorts(requestPorts(topology), devices.placement, devices.standing)
  const identities = derivePortIdentities(lab, requests)
  const allocation = allocateAddresses(requests, heldIn(devices.standing, identities))
  const networks = new Map(devices.networks.map(network => [network.name, network]))
  const owners = ownersByKind(devices)
  const settled = requests.flatMap(request => {
    const network = networks.get(request.network)
    const host = hostOf(request, devices.placement)
    const owner = ownerOf(lab, request, devices.project_id, { owners, host })
    const identity = identities.get(request)
    if (network === undefined || owner === undefined || identity === undefined) return []
    const port: Port = {
      ...identity,
      name: '',
      network_id: network.id,
      project_id: request.project_id ?? owner.project_id,
      device_owner: request.device_owner,
      device_id: owner.device_id,
      fixed_ips: request.addresses.flatMap(address =>
        settleAddress(lab, request, address, identity, allocation),
      ),
      'binding:host_id': host,
    }
    return [{ request, port }]
  })
  return { requests, allocation, settled }
}

function heldIn(
  standing: Cloud | null,
  identities: ReadonlyMap<PortRequest, PortIdentity>,
): HeldAddresses {
  const ports = new Map(standing?.ports.map(port => [port.id, port]))
  return request => {
    const { fixed_ips = [] } = ports.get(identities.get(request)?.id ?? '') ?? {}
    return fixed_ips.map(({ ip_address }) => ip_address)
  }
}

interface Owner {
  readonly device_id: string
  readonly project_id: string
}

/** A floating IP's port belongs to nobody, as a gateway's, and tenants cannot see it. */
function ownerOf(
  lab: string,
  request: PortRequest,
  project_id: string,
  { owners, host }: { owners: ReturnType<typeof ownersByKind>; host: string },
): Owner | undefined {
  if (request.device_owner === 'network:floatingip') {
    return { device_id: floatingIpId(lab, request), project_id: '' }
  }
  const { device_id } = request
  if (device_id !== undefined) return { device_id, project_id }
  if (request.device_owner === '') return { device_id: '', project_id }
  const owner = owners[request.device_owner].get(request.device)
  return request.device_owner === 'network:dhcp' && owner !== undefined
    ? { ...owner, device_id: dhcpDeviceId(host, owner.device_id) }
    : owner
}

/** Where a port is bound; a floating IP's is nowhere, and OVN's localports are wherever they are asked for. */
function hostOf(request: PortRequest, { dhcp, routers, guests }: Placement): string {
  const { device_owner, device, nth = 0 } = request
  switch (device_owner) {
    case 'network:dhcp':
      return dhcp.get(device)?.[nth] ?? ''
    case 'network:router_interface':
    case 'network:router_gateway':
      return routers.get(device) ?? ''
    case 'network:floatingip':
    case 'network:distributed':
      return ''
    default:
      return guests.get(device) ?? ''
  }
}

function ownersByKind({ networks, routers, instances }: Devices) {
  const byName = (devices: readonly { name: string; id: string; project_id: string }[]) =>
    new Map<string, Owner>(
      devices.map(({ name, id, project_id }) => [name, { device_id: id, project_id }]),
    )
  return {
    'network:dhcp': byName(networks),
    'network:distributed': byName(
      networks.map(network => ({ ...network, id: `ovnmeta-${network.id}` })),
    ),
    'network:router_interface': byName(routers),
    // The gateway's port belongs to nobody, as in Neutron, so that tenants cannot see it.
    'network:router_gateway': byName(routers.map(router => ({ ...router, project_id: '' }))),
    'compute:nova': byName(instances),
  }
}

/** `get_dhcp_agent_device_id` of neutron-lib: the host's name up to the first dot. */
function dhcpDeviceId(host: string, networkId: string): string {
  return `dhcp${uuid5(dnsNamespace, host.split('.', 1).join())}-${networkId}`
}

function settleAddress(
  lab: string,
  port: PortRequest,
  request: AddressRequest,
  identity: PortIdentity,
  { addresses }: Allocation,
): FixedIp[] {
  const { subnet, address } =
    request.kind === 'eui64'
      ? {
          subnet: request.subnet,
          address: eui64Address(rangeOf(request.subnet), identity.mac_address),
        }
      : (addresses.get(request) ?? {})
  if (subnet === undefined || address === undefined) return []
  return [{ subnet_id: subnetId(lab, port.network, subnet), ip_address: address }]
}
