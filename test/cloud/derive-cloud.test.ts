import test from 'ava'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { readCloud } from './read-cloud.ts'

/** `device_owner address…` of every port, in order. */
function portsOf(cloud: Cloud): string[] {
  return cloud.ports.map(({ device_owner, fixed_ips }) =>
    [device_owner, ...fixed_ips.map(({ ip_address }) => ip_address)].join(' '),
  )
}

const hasPorts = test.macro((t, text: string, expected: readonly string[]) => {
  t.deepEqual(portsOf(readCloud(text)), expected)
})

test(
  'the DHCP port has the first free address and instances follow in order',
  hasPorts,
  `
networks: {private: {subnets: [{cidr: 192.168.30.0/24}]}}
instances: {vm1: {networks: [private]}, vm2: {networks: [private]}}
`,
  ['network:dhcp 192.168.30.2', 'compute:nova 192.168.30.3', 'compute:nova 192.168.30.4'],
)

test(
  'addresses that the file gives are never handed to another port',
  hasPorts,
  `
networks: {private: {subnets: [{cidr: 192.168.30.0/24}]}}
instances:
  vm1: {networks: [private]}
  vm2: {networks: [{name: private, fixed_ip: 192.168.30.2}]}
  vm3: {networks: [{name: private, fixed_ip: 192.168.30.4}]}
`,
  [
    'network:dhcp 192.168.30.3',
    'compute:nova 192.168.30.5',
    'compute:nova 192.168.30.2',
    'compute:nova 192.168.30.4',
  ],
)

test(
  'a router has the gateway’s address inside and the next free one outside',
  hasPorts,
  `
networks:
  private: {subnets: [{cidr: 192.168.30.0/24}]}
  public: {router:external: true, subnets: [{cidr: 203.0.113.0/24, enable_dhcp: false}]}
routers: {edge: {external_gateway: public, interfaces: [private]}}
instances: {vm1: {networks: [private]}}
`,
  [
    'network:dhcp 192.168.30.2',
    'network:router_interface 192.168.30.1',
    'network:router_gateway 203.0.113.2',
    'compute:nova 192.168.30.3',
  ],
)

test(
  'each subnet of a network gets a router port, and a named one alone',
  hasPorts,
  `
networks:
  a: {subnets: [{cidr: 10.1.0.0/24}, {cidr: 10.2.0.0/24}], dhcp_port: {fixed_ip: 10.2.0.9}}
  b: {subnets: [{cidr: 10.3.0.0/24, name: left}, {cidr: 10.4.0.0/24, gateway_ip: null}]}
routers:
  one: {interfaces: [a, {network: b, subnet: left}]}
  two: {interfaces: [{network: b, fixed_ip: 10.4.0.7}]}
`,
  [
    'network:dhcp 10.1.0.2 10.2.0.9',
    'network:dhcp 10.3.0.2 10.4.0.1',
    'network:router_interface 10.1.0.1',
    'network:router_interface 10.2.0.1',
    'network:router_interface 10.3.0.1',
    'network:router_interface 10.4.0.7',
  ],
)

test(
  'when the first subnet is full, ports take the next',
  hasPorts,
  `
networks: {a: {subnets: [{cidr: 10.1.0.0/29, allocation_pools: [{start: 10.1.0.2, end: 10.1.0.3}]}, {cidr: 10.2.0.0/24, enable_dhcp: false}]}}
instances: {vm1: {networks: [a]}, vm2: {networks: [a]}}
`,
  ['network:dhcp 10.1.0.2', 'compute:nova 10.1.0.3', 'compute:nova 10.2.0.2'],
)

test(
  'a port has an address of each IP version, and those that follow from its MAC even beside given ones',
  hasPorts,
  `
networks:
  dual:
    subnets:
      - {cidr: 10.1.0.0/24}
      - {cidr: "2001:db8:1::/64", ipv6_ra_mode: slaac, ipv6_address_mode: slaac}
      - {cidr: "2001:db8:2::/64", ipv6_ra_mode: dhcpv6-stateful, ipv6_address_mode: dhcpv6-stateful}
    dhcp_port: {mac_address: "fa:16:3e:00:00:02"}
instances:
  vm1: {networks: [{name: dual, mac_address: "fa:16:3e:00:00:03"}]}
  vm2: {networks: [{name: dual, fixed_ip: 10.1.0.9, mac_address: "fa:16:3e:00:00:04"}]}
`,
  [
    'network:dhcp 10.1.0.2 2001:db8:1:0:f816:3eff:fe00:2 2001:db8:2::2',
    'compute:nova 10.1.0.3 2001:db8:2::3 2001:db8:1:0:f816:3eff:fe00:3',
    'compute:nova 10.1.0.9 2001:db8:1:0:f816:3eff:fe00:4',
  ],
)

test('the DHCP port’s device id is the host’s uuid5 and the network’s id', t => {
  const cloud = readCloud('networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}')
  // uuid.uuid5(uuid.NAMESPACE_DNS, 'controller') of Python.
  const host = 'd3377d3c-a0d1-5d71-9947-f17125c357bb'
  t.is(cloud.ports[0]?.device_id, `dhcp${host}-${cloud.networks[0]?.id}`)
})

test('up to Liberty networks have the kernel’s MTU, tunnels or not, unless they name one', t => {
  const mtus = (release: string) =>
    readCloud(`
neutron: {release: ${release}}
networks:
  a: {subnets: [{cidr: 10.0.0.0/24}]}
  b: {mtu: 1400, subnets: [{cidr: 10.0.1.0/24}]}
`).networks.map(({ mtu }) => mtu)
  t.deepEqual(mtus('liberty'), [1500, 1400])
  t.deepEqual(mtus('mitaka'), [1450, 1400])
})

test('defaults are Neutron’s and Nova’s', t => {
  const { neutron, nova, networks, instances } = readCloud(`
networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}, out: {router:external: true}}
keypairs: {ops: ssh-ed25519 AAAA}
instances: {Web-1: {networks: [a], key_name: ops, user_data: "ä"}}
`)
  t.like(neutron, {
    release: '2026.1',
    state_path: '/var/lib/lab/test',
    dns_domain: 'openstacklocal',
    metadata_rate_limiting: {
      rate_limit_enabled: false,
      ip_versions: [4],
      base_window_duration: 10,
      base_query_rate_limit: 10,
      burst_window_duration: 10,
      burst_query_rate_limit: 10,
    },
    dhcp_agent: { enable_isolated_metadata: false, dhcp_lease_duration: 86400 },
    l3_agent: { enable_metadata_proxy: true, metadata_port: 9697, metadata_access_mark: '0x1' },
    metadata_agent: {
      metadata_proxy_shared_secret: 'given',
      metadata_proxy_socket: '/var/lib/lab/test/metadata_proxy',
      nova_metadata_host: '172.29.236.11',
      nova_metadata_port: 8775,
      nova_metadata_protocol: 'http',
      nova_metadata_insecure: false,
      auth_ca_cert: null,
      nova_client_cert: null,
      nova_client_priv_key: null,
    },
  })
  t.like(nova, { release: '2026.1', metadata_listen: '172.29.236.11', metadata_listen_port: 8775 })
  t.deepEqual(
    networks.map(network => [network.mtu, network['provider:network_type']]),
    [
      [1450, 'vxlan'],
      [1500, 'flat'],
    ],
  )
  t.like(instances[0], {
    name: 'Web-1',
    hostname: 'web-1',
    keypair: { name: 'ops', type: 'ssh', public_key: 'ssh-ed25519 AAAA' },
    user_data_base64: 'w6Q=',
    availability_zone: 'nova',
    security_groups: ['default'],
    ec2_id: 1,
    ec2_image_id: 1,
  })
})

test('what the file gives is kept', t => {
  const cloud = readCloud(`
neutron: {release: 2024.1, metadata_agent: {metadata_proxy_shared_secret: ""}, l3_agent: {metadata_access_mark: 0x10}}
networks:
  a:
    id: aaaaaaaa-0000-4000-8000-000000000001
    mtu: 9000
    subnets: [{cidr: 10.0.0.0/24, id: aaaaaaaa-0000-4000-8000-000000000002}]
    dhcp_port: {id: aaaaaaaa-0000-4000-8000-000000000003, mac_address: "FA:16:3E:00:00:09"}
instances:
  vm1: {id: aaaaaaaa-0000-4000-8000-000000000004, networks: [a], image_id: null, user_data: {base64: ""}}
`)
  t.is(cloud.neutron.release, '2024.1')
  t.is(cloud.neutron.metadata_agent.metadata_proxy_shared_secret, '')
  t.is(cloud.neutron.l3_agent.metadata_access_mark, '0x10')
  t.like(cloud.networks[0], { id: 'aaaaaaaa-0000-4000-8000-000000000001', mtu: 9000 })
  t.like(cloud.ports[0], {
    id: 'aaaaaaaa-0000-4000-8000-000000000003',
    mac_address: 'fa:16:3e:00:00:09',
    network_id: 'aaaaaaaa-0000-4000-8000-000000000001',
  })
  t.is(cloud.ports[0]?.fixed_ips[0]?.subnet_id, 'aaaaaaaa-0000-4000-8000-000000000002')
  t.is(cloud.ports[1]?.device_id, 'aaaaaaaa-0000-4000-8000-000000000004')
  t.like(cloud.instances[0], { image_id: null, ec2_image_id: null, user_data_base64: '' })
})

const releases = test.macro(
  (t, file: string, option: '2023.1' | undefined, expected: readonly string[]) => {
    const text = `${file}\nnetworks: {a: {}}\n`
    const { neutron, nova } = readCloud(text, option === undefined ? {} : { release: option })
    t.deepEqual([neutron.release, nova.release], expected)
  },
)

test('without a release both are the newest', releases, '', undefined, ['2026.1', '2026.1'])
test(
  'the file’s releases count',
  releases,
  'neutron: {release: zed}\nnova: {release: yoga}',
  undefined,
  ['zed', 'yoga'],
)
test(
  '--release is Neutron’s before the file’s, and Nova’s',
  releases,
  'neutron: {release: zed}',
  '2023.1',
  ['2023.1', '2023.1'],
)
test('--release leaves Nova’s release of the file', releases, 'nova: {release: yoga}', '2023.1', [
  '2023.1',
  'yoga',
])

test('labs of one topology share no id and no MAC', t => {
  const text = `
networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}
instances: {vm1: {networks: [a]}}
`
  const ids = ['one', 'two'].flatMap(lab => {
    const { networks, ports, instances } = readCloud(text, { lab })
    return [...networks, ...ports, ...instances].map(({ id }) => id)
  })
  t.is(new Set(ids).size, ids.length)
})
