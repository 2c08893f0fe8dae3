import type { Cloud, Instance, Network, Port, Subnet } from '../cloud/cloud.ts'
import { blockDeviceMapping } from './block-device-mapping.ts'
import type { InstanceView, Vif, VifSubnet } from './instance-view.ts'

/** What Nova's database would say of an instance of the cloud. */
export function buildInstanceView(cloud: Cloud, instance: Instance): InstanceView {
  return {
    uuid: instance.id,
    project_id: instance.project_id,
    display_name: instance.name,
    hostname: instance.hostname,
    launch_index: instance.launch_index,
    availability_zone: instance.availability_zone,
    keypair: instance.keypair,
    metadata: instance.metadata,
    user_data_base64: instance.user_data_base64,
    flavor: instance.flavor,
    reservation_id: instance.reservation_id,
    security_groups: instance.security_groups,
    ec2_ids: nameEc2Ids(instance),
    block_device_mapping: blockDeviceMapping(instance.root_device_name),
    devices: [],
    dedicated_cpus: [],
    network_info: instance.port_ids.map(id => buildVif(cloud, id)),
    password: null,
  }
}

function nameEc2Ids({ ec2_id, ec2_image_id }: Instance): InstanceView['ec2_ids'] {
  return {
    instance_id: `i-${hex(ec2_id)}`,
    ami_id: ec2_image_id === null ? null : `ami-${hex(ec2_image_id)}`,
    kernel_id: null,
    ramdisk_id: null,
  }
}

function hex(id: number): string {
  return id.toString(16).padStart(8, '0')
}

function buildVif(cloud: Cloud, portId: string): Vif {
  const port = cloud.ports.find(candidate => candidate.id === portId)
  const network = cloud.networks.find(candidate => candidate.id === port?.network_id)
  if (port === undefined || network === undefined) {
    throw new Error(`The cloud has no port ${portId} on a network`)
  }
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
            ips.map(ip => ip.ip_address),
          ),
        ]
  })
}

function buildSubnet(cloud: Cloud, subnet: Subnet, addresses: readonly string[]): VifSubnet {
  return {
    version: subnet.ip_version,
    cidr: subnet.cidr,
    gateway: subnet.gateway_ip,
    dns: subnet.dns_nameservers,
    routes: subnet.host_routes.map(({ destination, nexthop }) => ({
      cidr: destination,
      gateway: nexthop,
    })),
    ips: addresses.map(address => ({ address, floating_ips: [] })),
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
