import test from 'ava'
import { radvdOf } from '../../../src/neutron/radvd.ts'
import { readCloud } from '../../cloud/read-cloud.ts'
import { machineFacts } from '../../fixtures/cloud.ts'

const modes = (mode: string) => `ipv6_ra_mode: ${mode}, ipv6_address_mode: ${mode}`

/** What a router tells on a network of IPv6 subnets. */
function configOf(...subnets: readonly string[]): string | null {
  const cloud = readCloud(`
neutron: {mechanism_driver: ovn}
networks: {private: {subnets: [${subnets.map((subnet, at) => `{cidr: 'fd00:${at}::/64', dns_nameservers: ['fd00::53'], ${subnet}}`)}]}}
routers: {edge: {interfaces: [private]}}
`)
  const [router] = cloud.routers
  if (router === undefined) throw new Error('no router')
  const place = { namespace: 'edge', deviceOf: () => 'lrp', isOvn: true } as const
  return radvdOf(cloud, router, machineFacts, place)?.config ?? null
}

test('it tells of a subnet with an ipv6_address_mode, and nothing of DNS and metadata', t => {
  const config = configOf(modes('slaac'))
  t.regex(config ?? '', /MinRtrAdvInterval 200;\s+MaxRtrAdvInterval 600;/)
  t.regex(config ?? '', /prefix fd00::\/64\s+{\s+AdvOnLink on;\s+AdvAutonomous on;/)
  t.notRegex(config ?? '', /RDNSS|route/)
})

test('without one it tells nothing', t => {
  t.is(configOf('ipv6_ra_mode: slaac'), null)
  t.is(configOf('name: plain'), null)
})

test('the first of them is for all subnets of the port', t => {
  const config = configOf('ipv6_ra_mode: slaac', modes('dhcpv6-stateful'), modes('slaac')) ?? ''
  t.regex(config, /AdvManagedFlag on;/)
  t.is(config.match(/AdvAutonomous off;/g)?.length, 3)
  t.notRegex(config, /AdvAutonomous on;/)
})
