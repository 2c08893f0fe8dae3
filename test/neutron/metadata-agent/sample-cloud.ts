import type { Cloud, Port, Subnet } from '../../../src/cloud/cloud.ts'
import type { MachineFacts } from '../../../src/cloud/machine-facts.ts'
import { novaOptions } from '../../fixtures/nova-options.ts'
import { noRateLimits } from '../../fixtures/rate-limiting.ts'

const network_id = '0aa11bb2-2cc3-4dd4-8ee5-5ff667788990'
const project_id = 'd3adb33fd3adb33fd3adb33fd3adb33f'
const router_id = 'eeee0000-0000-4000-8000-00000000000e'
const instance_id = '7f0c2d5e-1a2b-4c3d-8e4f-5a6b7c8d9e0f'

/** One network with a DHCP port, a router and an instance. */
export const sampleCloud: Cloud = {
  lab: 'demo',
  neutron: {
    release: 'ussuri',
    state_path: '/var/lib/lab/demo',
    dns_domain: 'openstacklocal',
    dhcp_agents_per_network: 1,
    mechanism_driver: 'openvswitch',
    metadata_proxy: 'haproxy',
    metadata_rate_limiting: noRateLimits,
    dhcp_agent: {
      enable_isolated_metadata: true,
      force_metadata: false,
      enable_metadata_network: false,
      dhcp_lease_duration: 86400,
      dnsmasq_dns_servers: [],
      dnsmasq_local_resolv: false,
      dnsmasq_lease_max: 16777216,
      dhcp_broadcast_reply: false,
      dhcp_renewal_time: 0,
      dhcp_rebinding_time: 0,
    },
    l3_agent: {
      enable_metadata_proxy: true,
      metadata_port: 9697,
      metadata_access_mark: '0x1',
      external_ingress_mark: '0x2',
    },
    metadata_agent: {
      metadata_proxy_shared_secret: 's3cr3t',
      metadata_proxy_socket: '/var/lib/lab/demo/metadata_proxy',
      nova_metadata_host: '172.29.236.11',
      nova_metadata_port: 8775,
      nova_metadata_protocol: 'http',
      nova_metadata_insecure: false,
      auth_ca_cert: null,
      nova_client_cert: null,
      nova_client_priv_key: null,
    },
  },
  nova: {
    release: 'ussuri',
    ...novaOptions('s3cr3t'),
    metadata_listen: '172.29.236.11',
    metadata_listen_port: 8775,
  },
  hosts: [
    {
      name: 'controller',
      roles: ['controller', 'network', 'compute'],
      management_cidr: '172.29.236.11/22',
      tunnel_cidr: null,
      state_path: '/var/lib/lab/demo',
    },
  ],
  networks: [
    {
      id: network_id,
      name: 'private',
      project_id,
      mtu: 1450,
      'router:external': false,
      'provider:network_type': 'vxlan',
      'provider:segmentation_id': 101,
      subnets: [subnet('s1', '10.0.0.0/24'), subnet('s2', '10.0.1.0/24')],
    },
  ],
  routers: [
    { id: router_id, name: 'edge', project_id, host: 'controller', external_gateway_info: null },
  ],
  ports: [
    port('dddddddd', 'network:dhcp', `dhcp-${network_id}`, '10.0.0.2'),
    port('cccccccc', 'network:router_interface', router_id, '10.0.0.1'),
    port('aaaaaaaa', 'compute:nova', instance_id, '10.0.0.5'),
  ],
  floating_ips: [],
  instances: [
    {
      id: instance_id,
      name: 'vm1',
      display_name: 'vm1',
      hostname: 'vm1',
      project_id,
      user_id: 'u',
      keypair: null,
      metadata: {},
      user_data_base64: null,
      availability_zone: 'nova',
      flavor: 'm1.small',
      image_id: 'image',
      kernel_id: null,
      ramdisk_id: null,
      launch_index: 0,
      reservation_id: 'r-00000001',
      security_groups: ['default'],
      root_device_name: '/dev/vda',
      block_device_mapping: [],
      devices: [],
      dedicated_cpus: [],
      password: null,
      ec2_id: 10,
      ec2_image_id: 255,
      ec2_kernel_id: null,
      ec2_ramdisk_id: null,
      port_ids: [portId('aaaaaaaa')],
    },
  ],
  guests: [],
}

export const sampleFacts: MachineFacts = {
  ipv6: true,
  sysctls: [],
  user: 'neutron',
  group: 'neutron',
  uid: 112,
  gid: 118,
  nowSeconds: 0,
  node: '/usr/bin/node',
  root: '/opt/lab',
  compileCache: '',
  containers: null,
}

function subnet(id: string, cidr: string): Subnet {
  return {
    id,
    name: id,
    network_id,
    ip_version: 4,
    cidr,
    gateway_ip: cidr.replace('0/24', '1'),
    enable_dhcp: true,
    dns_nameservers: [],
    host_routes: [],
    allocation_pools: [],
    ipv6_ra_mode: null,
    ipv6_address_mode: null,
    advanced_service_providers: [],
  }
}

function port(
  prefix: string,
  device_owner: Port['device_owner'],
  device_id: string,
  ip_address: string,
): Port {
  return {
    id: portId(prefix),
    name: '',
    network_id,
    project_id,
    mac_address: `fa:16:3e:00:00:${prefix.slice(0, 2)}`,
    device_owner,
    device_id,
    fixed_ips: [{ subnet_id: 's1', ip_address }],
    'binding:host_id': 'controller',
  }
}

function portId(prefix: string): string {
  return `${prefix}-1111-4111-8111-111111111111`
}
