import test from 'ava'
import { readCloud } from './read-cloud.ts'

const dualStack = `
neutron: {mechanism_driver: ovn}
networks:
  private:
    subnets:
      - cidr: 192.168.30.0/24
      - {cidr: 192.168.31.0/24, enable_dhcp: false}
      - {cidr: 'fd00:7::/64', ipv6_ra_mode: slaac, ipv6_address_mode: slaac}
  bare: {}
  public: {router:external: true, subnets: [{cidr: 203.0.113.0/24, enable_dhcp: false}]}
routers: {edge: {external_gateway: public, interfaces: [{network: private, subnet: 192.168.30.0/24}]}}
instances: {vm1: {networks: [private]}}
`

test('each network has a metadata port, bound nowhere, with an address of each subnet with DHCP', t => {
  const { networks, ports } = readCloud(dualStack)
  const [, , ipv6] = networks[0]?.subnets ?? []
  const distributed = ports.filter(({ device_owner }) => device_owner === 'network:distributed')
  t.deepEqual(
    distributed.map(({ device_id, network_id }) => [device_id, network_id]),
    networks.map(({ id }) => [`ovnmeta-${id}`, id]),
  )
  const [first] = distributed
  t.is(first?.['binding:host_id'], '')
  t.is(first?.project_id, networks[0]?.project_id)
  const [ipv4, autonomous, ...others] = first?.fixed_ips ?? []
  t.is(ipv4?.ip_address, '192.168.30.2')
  t.is(autonomous?.subnet_id, ipv6?.id)
  t.deepEqual(others, [])
  t.deepEqual(
    distributed.slice(1).map(({ fixed_ips }) => fixed_ips),
    [[], []],
  )
})

test('there are no ports of DHCP agents, and routers and instances have theirs behind', t => {
  const owners = readCloud(dualStack).ports.map(({ device_owner }) => device_owner)
  t.deepEqual(owners.slice(3), [
    'network:router_interface',
    'network:router_gateway',
    'compute:nova',
  ])
})

test('what dhcp_port says is said of the metadata port', t => {
  const { ports } = readCloud(`
neutron: {mechanism_driver: ovn}
networks:
  private:
    subnets: [{cidr: 192.168.30.0/24}]
    dhcp_port: {fixed_ip: 192.168.30.200, mac_address: 'fa:16:3e:00:00:02'}
`)
  t.is(ports[0]?.mac_address, 'fa:16:3e:00:00:02')
  t.deepEqual(
    ports[0]?.fixed_ips.map(({ ip_address }) => ip_address),
    ['192.168.30.200'],
  )
})

test("tenants' networks are geneve with what OVN's header leaves of 1500", t => {
  const { networks } = readCloud(dualStack)
  t.deepEqual(
    networks.map(network => [network['provider:network_type'], network.mtu]),
    [
      ['geneve', 1442],
      ['geneve', 1442],
      ['flat', 1500],
    ],
  )
  const { networks: others } = readCloud('networks: {a: {provider:network_type: geneve}}')
  t.is(others[0]?.mtu, 1450)
})
