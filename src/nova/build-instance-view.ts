import type { Cloud, Network, Port, Subnet } from '../cloud/cloud.ts'
import type { Instance } from '../cloud/instance.ts'
import { blockDeviceMapping } from './block-device-mapping.ts'
import type { InstanceView, Vif, VifSubnet } from './instance-view.ts'

/** What Nova's database would say of an instance of the cloud. */
export function buildInstanceView(cloud: Cloud, instance: Instance): InstanceView {
  return {
    uuid: instance.id,
    project_id: instance.project_id,
    display_name: instance.display_name,
    hostname: instance.hostname,
    launch_index: instance.launch_index,
    availability_zone: instance.availability_zone,
    keypair: instance.keypair,
    metadata: instance.metadata,
    user_data_base64: instance.user_data_base64,
    image_ref: instance.image_id ?? '',
    flavor: instance.flavor,
    reservation_id: instance.reservation_id,
    security_groups: instance.security_groups,
    ec2_ids: nameEc2Ids(instance),
    block_device_mapping: blockDeviceMapping(instance),
    devices: instance.devices,
    dedicated_cpus: instance.dedicated_cpus.toSorted((one, other) => one - other),
    network_info: portsOf(cloud, instance).map(port => buildVif(cloud, port)),
    password: instance.password,
  }
}

function nameEc2Ids(instance: Instance): InstanceView['ec2_ids'] {
  const { ec2_id, ec2_image_id, ec2_kernel_id, ec2_ramdisk_id } = instance
  return {
    instance_id: nameEc2Id('i', ec2_id),
    ami_id: ec2_image_id === null ? null : nameEc2Id('ami', ec2_image_id),
    kernel_id: ec2_kernel_id === null ? null : nameEc2Id('aki', ec2_kernel_id),
    ramdisk_id: ec2_ramdisk_id === null ? null : nameEc2Id('ari', ec2_ramdisk_id),
  }
}

function nameEc2Id(kind: string, id: number): string {
  return `${kind}-${id.toString(16).padStart(8, '0')}`
}

/** Nova asks Neutron for the ports of the instance's own project: `_build_network_info_model`, nova/network/neutron.py. */
function portsOf(cloud: Cloud, { port_ids, project_id }: Instance): Port[] {
  const ports = port_ids.flatMap(id => cloud.ports.find(port => port.id === id) ?? [])
  return ports.filter(port => port.project_id === project_id)
}

function buildVif(cloud: Cloud, port: Port): Vif {
  const network = cloud.networks.find(candidate => candidate.id === port.network_id)
  if (network === undefined) throw new Error(`The cloud has no network ${port.network_id}`)
  return {
    id: port.id,
    address: port.mac_address,
    devname: `tap${port.id.slice(0, 11)}`,
    type: 'ovs',
    network: { id: network.id, mtu: network.mtu, subnets: listSubnets(cloud, network, port) },
  }
}

/** Only the subnets that the port has an address in, in Neutron's order of subnets. */
function listSubnets(cloud: Cloud, network: Network, port: Port): VifSubnet[] {
  return network.subnets.flatMap(subnet => {
    const ips = port.fixed_ips.filter(ip => ip.subnet_id === subnet.id)
    return ips.length === 0
      ? []
      : [
          buildSubnet(
            cloud,
            subnet,
            ips.map(({ ip_address }) => buildIp(cloud, port, ip_address)),
          ),
        ]
  })
}

/** `_get_floating_ips_by_fixed_and_port` of nova/network/neutron.py. */
function buildIp(cloud: Cloud, port: Port, address: string): VifSubnet['ips'][number] {
  const floating = cloud.floating_ips.filter(
    ({ port_id, fixed_ip_address }) => port_id === port.id && fixed_ip_address === address,
  )
  return { address, floating_ips: floating.map(({ floating_ip_address }) => floating_ip_address) }
}

function buildSubnet(cloud: Cloud, subnet: Subnet, ips: VifSubnet['ips']): VifSubnet {
  return {
    version: subnet.ip_version,
    cidr: subnet.cidr,
    gateway: subnet.gateway_ip,
    dns: subnet.dns_nameservers,
    routes: subnet.host_routes.map(({ destination, nexthop }) => ({
      cidr: destination,
      gateway: nexthop,
    })),
    ips,
    dhcp_server: findDhcpServer(cloud, subnet),
    enable_dhcp: subnet.enable_dhcp,
    ipv6_address_mode: subnet.ipv6_address_mode,
  }
}

/** Of several DHCP ports nova keeps the last one's address. */
function findDhcpServer(cloud: Cloud, subnet: Subnet): string | null {
  const addresses = cloud.ports
    .filter(port => port.device_owner === 'network:dhcp' && port.network_id === subnet.network_id)
    .flatMap(port => port.fixed_ips.find(ip => ip.subnet_id === subnet.id)?.ip_address ?? [])
  return addresses.at(-1) ?? null
}
