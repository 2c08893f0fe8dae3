import type { ReleaseName } from '../../topology/release-names.ts'
import { dumpPythonJson } from '../../wsgi/python-json.ts'
import type { InstanceView, Vif, VifSubnet } from '../instance-view.ts'
import { novaHas } from '../release.ts'
import { readCidr } from './cidr.ts'

/**
 * network_data.json: a link for each port, the first IPv4 and the first IPv6 subnet of each as networks, and every
 * DNS server once. `{}` for an instance without ports. Source: nova/virt/netutils.py.
 */
export function renderNetworkData(instance: InstanceView, release: ReleaseName): string {
  if (instance.network_info.length === 0) return '{}'
  const links: object[] = []
  const networks: object[] = []
  const services = new Map<string, object>()
  for (const vif of instance.network_info.filter(hasSubnets)) {
    const link = describeLink(vif, links.length, release)
    links.push(link)
    for (const subnet of pickSubnets(vif)) {
      networks.push(describeNetwork(vif, subnet, networks.length, link.id, release))
      for (const service of describeServices(subnet)) services.set(service.address, service)
    }
  }
  return dumpPythonJson({ links, networks, services: [...services.values()] })
}

function hasSubnets(vif: Vif): boolean {
  return vif.network.subnets.length > 0
}

function describeLink(vif: Vif, index: number, release: ReleaseName) {
  return {
    id: vif.devname ?? `interface${index}`,
    vif_id: vif.id,
    type: namedVifTypes.has(vif.type) ? vif.type : 'phy',
    mtu: pickMtu(vif, release),
    ethernet_mac_address: vif.address,
  }
}

/** Where there is a DHCP server, it is the one to tell the MTU. */
function pickMtu(vif: Vif, release: ReleaseName): number | null {
  const hasDhcp = vif.network.subnets.some(subnet => findDhcpServer(subnet, release) !== null)
  return hasDhcp && novaHas(release, 'linkMtuFromDhcp') ? null : vif.network.mtu
}

function pickSubnets(vif: Vif): VifSubnet[] {
  const firsts = [4, 6].map(version =>
    vif.network.subnets.find(subnet => subnet.version === version),
  )
  return firsts.filter(subnet => subnet !== undefined).filter(subnet => subnet.ips.length > 0)
}

function describeNetwork(
  vif: Vif,
  subnet: VifSubnet,
  index: number,
  link: string,
  release: ReleaseName,
): object {
  const head = { id: `network${index}`, type: `ipv${subnet.version}`, link }
  const mode = subnet.ipv6_address_mode
  if (mode === null && isDhcp(subnet, release)) {
    return { ...head, type: `${head.type}_dhcp`, network_id: vif.network.id }
  }
  return {
    ...head,
    type: mode === null ? head.type : `${head.type}_${mode}`,
    ip_address: subnet.ips[0]?.address,
    netmask: readCidr(subnet.cidr).netmask,
    routes: [...describeDefaultRoute(subnet), ...subnet.routes.map(describeRoute)],
    network_id: vif.network.id,
    services: describeServices(subnet),
  }
}

function isDhcp(subnet: VifSubnet, release: ReleaseName): boolean {
  if (findDhcpServer(subnet, release) !== null) return true
  return subnet.enable_dhcp && novaHas(release, 'dhcpByEnableDhcp')
}

/** `_get_subnets_from_port` of nova/network/neutron.py put the gateway there where no DHCP port was. */
function findDhcpServer(
  { dhcp_server, enable_dhcp, gateway }: VifSubnet,
  release: ReleaseName,
): string | null {
  const hasGatewayInstead =
    novaHas(release, 'gatewayAsDhcpServer') && !novaHas(release, 'dhcpByEnableDhcp')
  return enable_dhcp && hasGatewayInstead ? (dhcp_server ?? gateway) : dhcp_server
}

function describeDefaultRoute({ version, gateway }: VifSubnet): object[] {
  const any = version === 4 ? '0.0.0.0' : '::'
  return gateway === null ? [] : [{ network: any, netmask: any, gateway }]
}

function describeRoute({ cidr, gateway }: { cidr: string; gateway: string }): object {
  return { ...readCidr(cidr), gateway }
}

function describeServices(subnet: VifSubnet): { type: string; address: string }[] {
  return subnet.dns.map(address => ({ type: 'dns', address }))
}

const namedVifTypes = new Set([
  'bridge',
  'dvs',
  'hw_veb',
  'hyperv',
  'ovs',
  'tap',
  'vhostuser',
  'vif',
])
