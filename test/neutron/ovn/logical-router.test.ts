import test from 'ava'
import { logicalRouterOf } from '../../../src/neutron/ovn/logical-router.ts'
import { readCloud } from '../../cloud/read-cloud.ts'
import { machineFacts } from '../../fixtures/cloud.ts'

function routerOf(gateway = 'public') {
  const cloud = readCloud(`
neutron: {mechanism_driver: ovn}
networks:
  private: {subnets: [{cidr: 10.0.0.0/24}, {cidr: 10.0.1.0/24}, {cidr: 'fd00:7::/64'}]}
  public: {router:external: true, subnets: [{cidr: 203.0.113.0/24, enable_dhcp: false}]}
routers: {edge: {external_gateway: ${gateway}, interfaces: [private]}}
instances:
  vm1: {networks: [{name: private, fixed_ip: 10.0.0.5, floating_ip: 203.0.113.50}]}
`)
  const [router] = cloud.routers
  if (router === undefined) throw new Error('no router')
  return logicalRouterOf(cloud, router, machineFacts)
}

test('its ports are called after themselves and bear their addresses, the gateway’s floating IPs too', t => {
  const { ports } = routerOf()
  t.deepEqual(
    ports.map(({ port, device }) => device === `lrp-${port.id.slice(0, 11)}`),
    ports.map(() => true),
  )
  t.deepEqual(
    ports.map(({ addresses }) => addresses.map(({ address }) => address)),
    [['10.0.0.1/24'], ['10.0.1.1/24'], ['fd00:7::1/64'], ['203.0.113.2/24', '203.0.113.50/32']],
  )
})

test('it routes to the outside alone', t => {
  const { ports, routes } = routerOf()
  const outwards = ports.find(({ isGateway }) => isGateway)?.device
  t.deepEqual(
    routes.map(route => route.arguments),
    [`replace default via 203.0.113.1 dev ${outwards} proto static`],
  )
})

test('floating IPs go both ways, and IPv4 subnets out, unless enable_snat is off', t => {
  const floating = {
    type: 'dnat_and_snat',
    logical_ip: '10.0.0.5',
    external_ip: '203.0.113.50',
  } as const
  const snat = (logical_ip: string) =>
    ({ type: 'snat', logical_ip, external_ip: '203.0.113.2' }) as const
  t.deepEqual(routerOf().nat, [floating, snat('10.0.0.0/24'), snat('10.0.1.0/24')])
  t.deepEqual(routerOf('{network: public, enable_snat: false}').nat, [floating])
})
