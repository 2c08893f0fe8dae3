import type { Cloud, Network, Port, Subnet } from '../cloud/cloud.ts'

/** The port through which this cloud's DHCP agent serves a network, if it does. */
export function dhcpPortOf(cloud: Cloud, network: Network): Port | undefined {
  if (!network.subnets.some(subnet => subnet.enable_dhcp)) return undefined
  return portsOf(cloud, network).find(port => port.device_owner === 'network:dhcp')
}

/** A network's ports, in Neutron's order. */
export function portsOf(cloud: Cloud, network: Network): readonly Port[] {
  return cloud.ports.filter(port => port.network_id === network.id)
}

/** Throws when the cloud contradicts itself: a port's fixed IP must name a subnet that is there. */
export function subnetOf(cloud: Cloud, subnetId: string): Subnet {
  const subnet = cloud.networks
    .flatMap(network => network.subnets)
    .find(candidate => candidate.id === subnetId)
  if (subnet === undefined)
    throw new Error(`The cloud of lab "${cloud.lab}" has no subnet ${subnetId}`)
  return subnet
}

/** Throws when the cloud contradicts itself: a subnet or port must name a network that is there. */
export function networkOf(cloud: Cloud, networkId: string): Network {
  const network = cloud.networks.find(candidate => candidate.id === networkId)
  if (network === undefined) {
    throw new Error(`The cloud of lab "${cloud.lab}" has no network ${networkId}`)
  }
  return network
}
