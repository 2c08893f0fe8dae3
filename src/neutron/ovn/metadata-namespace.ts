import type { Cloud, Host, Network, Port } from '../../cloud/cloud.ts'
import type { MachineFacts } from '../../cloud/machine-facts.ts'
import { contains, parseAddress, parseCidr } from '../../topology/ip.ts'
import { carriesIpv6 } from '../carries-ipv6.ts'
import { metadataAddress, metadataAddressIpv6, metadataPort } from '../metadata-address.ts'
import { ovnMetadataDevices, ovnMetadataNamespace } from '../names.ts'
import { addressesOf } from '../port-addresses.ts'
import type { ProxyPlace } from '../proxy-places.ts'
import { linkLocalAddress } from '../router-advertisements.ts'
import type { AgentAddress } from '../routes.ts'
import { ovnMetadataPortOf, vifsOn } from './metadata-port.ts'
import { ovnHas } from './release.ts'

/** What the OVN metadata agent of a chassis makes of a network: `MetadataAgent.provision_datapath`. */
export interface OvnMetadataNamespace {
  /** ovnmeta-<network id> */
  readonly name: string
  readonly port: Port
  /** The end of the cable inside, which has the port's MAC. */
  readonly device: string
  /** The end on the integration bridge. */
  readonly outside: string
  /** Null where both ends keep Linux's own. */
  readonly mtu: number | null
  /** All that the device has; the agent takes away others, the kernel's own link-local one among them. */
  readonly addresses: readonly AgentAddress[]
  readonly proxy: ProxyPlace
}

/** The network's namespace on a host; null where no machine of the host is on the network, or none can be served. */
export function ovnMetadataNamespaceOf(
  cloud: Cloud,
  network: Network,
  host: Pick<Host, 'name'>,
  facts: MachineFacts,
): OvnMetadataNamespace | null {
  const port = ovnMetadataPortOf(cloud, network)
  const vifs = vifsOn(cloud, network, host.name)
  if (port === undefined || vifs.length === 0 || !isServed(cloud, port, vifs)) return null
  const { inside: device, outside } = ovnMetadataDevices(network.id)
  const { release } = cloud.neutron
  const ipv6 = ovnHas(release, 'ipv6Metadata') && carriesIpv6(network, facts) && vifs.some(hasIpv6)
  const ipv6Addresses = [`${metadataAddressIpv6}/128`, `${linkLocalAddress(port)}/64`]
  return {
    name: ovnMetadataNamespace(network.id),
    port,
    device,
    outside,
    mtu: ovnHas(release, 'setsMtu') ? network.mtu : null,
    addresses: [
      ...ownAddresses(cloud, port, vifs, facts),
      { address: `${metadataAddress}/${metadataPrefixLength(release)}`, family: 4 },
      ...(ipv6 ? ipv6Addresses.map(address => ({ address, family: 6 as const })) : []),
    ],
    proxy: {
      owner: 'neutron-ovn-metadata-agent',
      namespace: ovnMetadataNamespace(network.id),
      id: network.id,
      sends: { header: 'ovn-network', id: network.id },
      bind: { address: metadataAddress, port: metadataPort },
      ipv6Bind: ipv6 ? { address: metadataAddressIpv6, device } : null,
    },
  }
}

/** Without an address at either end there is nothing to serve: `_get_provision_params`. */
function isServed({ neutron }: Cloud, port: Port, vifs: readonly Port[]): boolean {
  if (!ovnHas(neutron.release, 'ipv6Metadata') && port.fixed_ips.length === 0) return false
  const asksForVifs = ovnHas(neutron.release, 'addressesOfLocalVifs')
  return !asksForVifs || vifs.some(({ fixed_ips }) => fixed_ips.length > 0)
}

function hasIpv6({ fixed_ips }: Port): boolean {
  return fixed_ips.some(({ ip_address }) => ip_address.includes(':'))
}

/** Of IPv4 alone, in every release. */
function ownAddresses(cloud: Cloud, port: Port, vifs: readonly Port[], facts: MachineFacts) {
  const all = addressesOf(cloud, port, facts, ({ ip_version }) => ip_version === 4)
  if (!ovnHas(cloud.neutron.release, 'addressesOfLocalVifs')) return all
  const asking = vifs.flatMap(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address))
  return all.filter(({ address }) => asking.some(ip => isWithin(ip, address)))
}

function isWithin(ip: string, cidr: string): boolean {
  const range = parseCidr(cidr)
  const address = parseAddress(ip)
  return range !== undefined && address !== undefined && contains(range, address)
}

function metadataPrefixLength(release: string): 16 | 32 {
  return ovnHas(release, 'hostMetadataAddress') ? 32 : 16
}
