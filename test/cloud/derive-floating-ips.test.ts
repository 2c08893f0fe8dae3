import test from 'ava'
import { readCloud } from './read-cloud.ts'

const networks = `networks:
  private: {subnets: [{cidr: 10.0.0.0/24}]}
  public: {router:external: true, subnets: [{cidr: 203.0.113.0/24, enable_dhcp: false}]}`

const routed = `${networks}
routers: {edge: {external_gateway: public, interfaces: [private]}}
instances:
  vm1: {networks: [{name: private, floating_ip: 203.0.113.21}]}
  vm2: {networks: [private, {name: private, floating_ip: 203.0.113.2}]}
`

test('a floating IP names its router, its network and the port behind it', t => {
  const cloud = readCloud(routed)
  const [first, second] = cloud.floating_ips
  const [vm1, vm2] = cloud.instances
  const port = cloud.ports.find(({ id }) => id === vm1?.port_ids[0])
  t.like(first, {
    project_id: vm1?.project_id,
    floating_network_id: cloud.networks[1]?.id,
    floating_ip_address: '203.0.113.21',
    router_id: cloud.routers[0]?.id,
    port_id: vm1?.port_ids[0],
    fixed_ip_address: port?.fixed_ips[0]?.ip_address,
  })
  t.is(second?.port_id, vm2?.port_ids[1])
  t.not(first?.id, second?.id)
})

test('a floating IP has a port on the external network, which belongs to nobody', t => {
  const cloud = readCloud(routed)
  const ports = cloud.ports.filter(({ device_owner }) => device_owner === 'network:floatingip')
  t.deepEqual(
    ports.map(port => port.device_id),
    cloud.floating_ips.map(({ id }) => id),
  )
  for (const port of ports) {
    t.like(port, { network_id: cloud.networks[1]?.id, project_id: '', 'binding:host_id': '' })
  }
  t.deepEqual(
    ports.map(({ fixed_ips }) => fixed_ips[0]?.ip_address),
    ['203.0.113.21', '203.0.113.2'],
  )
})

test('what the file gives to a floating IP goes to nobody in turn', t => {
  const gateway = readCloud(routed).ports.find(
    ({ device_owner }) => device_owner === 'network:router_gateway',
  )
  t.is(gateway?.fixed_ips[0]?.ip_address, '203.0.113.3')
})

test('of two routers the one that holds the gateway_ip translates', t => {
  const { floating_ips, routers } = readCloud(`${networks}
routers:
  other: {external_gateway: public, interfaces: [{network: private, fixed_ip: 10.0.0.9}]}
  edge: {external_gateway: public, interfaces: [private]}
instances: {vm1: {networks: [{name: private, floating_ip: 203.0.113.21}]}}
`)
  t.is(floating_ips[0]?.router_id, routers.find(({ name }) => name === 'edge')?.id)
})

test('of two external networks with one range, the router’s is meant', t => {
  const { floating_ips, networks } = readCloud(`networks:
  elsewhere: {router:external: true, subnets: [{cidr: 203.0.113.0/24}]}
  public: {router:external: true, subnets: [{cidr: 203.0.113.0/24}]}
  private: {subnets: [{cidr: 10.0.0.0/24}]}
routers: {edge: {external_gateway: public, interfaces: [private]}}
instances: {vm1: {networks: [{name: private, floating_ip: 203.0.113.21}]}}
`)
  t.is(floating_ips[0]?.floating_network_id, networks.find(({ name }) => name === 'public')?.id)
})

test('the IPv6 subnets of a network share a port of the router, IPv4 ones have their own', t => {
  const { ports } = readCloud(`networks:
  private:
    subnets:
      - {cidr: 10.0.0.0/24}
      - {cidr: fd00:1::/64, ipv6_ra_mode: slaac, ipv6_address_mode: slaac}
      - {cidr: 10.1.0.0/24}
      - {cidr: fd00:2::/64, name: second}
routers: {edge: {interfaces: [{network: private, fixed_ip: 10.0.0.1}, {network: private, fixed_ip: "fd00:1::7", port_id: 11111111-0000-4000-8000-000000000001}, {network: private, fixed_ip: 10.1.0.1}, {network: private, subnet: second}]}}
`)
  const interfaces = ports.filter(({ device_owner }) => device_owner === 'network:router_interface')
  t.deepEqual(
    interfaces.map(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address)),
    [['10.0.0.1'], ['fd00:1::7', 'fd00:2::1'], ['10.1.0.1']],
  )
  t.is(interfaces[1]?.id, '11111111-0000-4000-8000-000000000001')
})
