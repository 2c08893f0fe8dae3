import test from 'ava'
import type { Subnet } from '../../../src/cloud/cloud.ts'
import { ovnDhcpOptionsOf } from '../../../src/neutron/ovn/dhcp-options.ts'
import { readCloud } from '../../cloud/read-cloud.ts'

function optionsOf(subnet: string, neutron = '') {
  const cloud = readCloud(`
neutron: {mechanism_driver: ovn${neutron}}
networks: {private: {subnets: [{${subnet}}]}}
`)
  const [network] = cloud.networks
  if (network === undefined) throw new Error('no network')
  return ovnDhcpOptionsOf(cloud, network, network.subnets[0] as Subnet)
}

const tells = test.macro({
  title: (_, name: string, ..._rest: [string, object | null, string?]) => name,
  exec(t, _: string, subnet: string, expected: object | null, neutron?: string) {
    const options = optionsOf(subnet, neutron)
    if (expected === null) t.is(options, null)
    else t.like(options, expected)
  },
})

const cidr = 'cidr: 10.0.0.0/24'
const metadata = { destination: '169.254.169.254/32', nexthop: '10.0.0.2' }
const isolated = { ...metadata, nexthop: '10.0.0.1' }
const everywhere = { destination: '0.0.0.0/0', nexthop: '10.0.0.1' }

test('all that a guest is told where the subnet says nothing', t => {
  t.deepEqual(optionsOf(cidr), {
    cidr: '10.0.0.0/24',
    server_id: '10.0.0.1',
    lease_time: 43_200,
    mtu: 1442,
    router: '10.0.0.1',
    dns_server: [],
    domain_name: null,
    classless_static_route: [metadata, everywhere],
  })
})

test(
  tells,
  'without a gateway answers come from the metadata port and tell of no default route',
  `${cidr}, gateway_ip: null`,
  { server_id: '10.0.0.1', router: null, classless_static_route: [isolated] },
)
const route = '{destination: 10.9.0.0/16, nexthop: 10.0.0.9}'
test(
  tells,
  'host routes stand between the metadata port and the default route',
  `${cidr}, host_routes: [${route}]`,
  {
    classless_static_route: [
      metadata,
      { destination: '10.9.0.0/16', nexthop: '10.0.0.9' },
      everywhere,
    ],
  },
)
test(
  tells,
  'a host route to everywhere is told of as it is',
  `${cidr}, gateway_ip: null, host_routes: [{destination: 0.0.0.0/0, nexthop: 10.0.0.9}]`,
  { router: null, classless_static_route: [isolated, { ...everywhere, nexthop: '10.0.0.9' }] },
)
test(tells, 'DNS servers', `${cidr}, dns_nameservers: [9.9.9.9, 1.1.1.1]`, {
  dns_server: ['9.9.9.9', '1.1.1.1'],
})
test(tells, 'no DNS server at all', `${cidr}, dns_nameservers: [0.0.0.0]`, { dns_server: [] })
test(tells, 'a domain', cidr, { domain_name: 'example.org' }, ', dns_domain: example.org')
test(tells, 'no domain', cidr, { domain_name: null }, ", dns_domain: ''")
test(tells, 'nothing without DHCP', `${cidr}, enable_dhcp: false`, null)
test(tells, 'nothing on IPv6', 'cidr: "fd00:7::/64"', null)
