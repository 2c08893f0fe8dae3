import test from 'ava'
import type { IpStep } from '../../src/plan/step.ts'
import { planOf } from '../fixtures/planned.ts'

/** The step that sets the routes of vm1's NIC on a network of the subnets. */
function routesOf(subnets: readonly string[], addresses: string): IpStep | undefined {
  return planOf(`
networks: {private: {subnets: [${subnets.join(', ')}]}}
instances: {vm1: {networks: [{name: private, fixed_ips: [${addresses}]}]}}
`).steps.find(
    (step): step is IpStep => step.kind === 'ip' && step.id === 'routes:lab-fixture-vm1:eth0',
  )
}

const setsRoutes = test.macro({
  exec(
    t,
    _: string,
    subnets: readonly string[],
    lines: readonly string[],
    destinations: readonly string[],
  ) {
    const step = routesOf(subnets, subnets.map((_, at) => `10.0.${at}.5`).join(', '))
    t.deepEqual(step?.lines ?? [], lines)
    t.deepEqual(step?.expects.routes?.map(({ destination }) => destination) ?? [], destinations)
  },
  title: (_, name) => `static routes of a guest: ${name}`,
})

test(
  setsRoutes,
  'the gateway',
  ['{cidr: 10.0.0.0/24, enable_dhcp: false}'],
  ['route replace default via 10.0.0.1 dev eth0'],
  ['default'],
)
test(
  setsRoutes,
  'none without a gateway',
  ['{cidr: 10.0.0.0/24, enable_dhcp: false, gateway_ip: null}'],
  [],
  [],
)
test(
  setsRoutes,
  'host routes behind the gateway, expected as the kernel words them',
  [
    '{cidr: 10.0.0.0/24, enable_dhcp: false, host_routes: [{destination: 198.51.100.0/24, nexthop: 10.0.0.9}, {destination: 198.51.100.7/32, nexthop: 10.0.0.8}]}',
  ],
  [
    'route replace default via 10.0.0.1 dev eth0',
    'route replace 198.51.100.0/24 via 10.0.0.9 dev eth0',
    'route replace 198.51.100.7/32 via 10.0.0.8 dev eth0',
  ],
  ['default', '198.51.100.0/24', '198.51.100.7'],
)
test(
  setsRoutes,
  'a host route to everywhere stands in for the gateway',
  [
    '{cidr: 10.0.0.0/24, enable_dhcp: false, gateway_ip: null, host_routes: [{destination: 0.0.0.0/0, nexthop: 10.0.0.9}]}',
  ],
  ['route replace 0.0.0.0/0 via 10.0.0.9 dev eth0'],
  ['default'],
)
test(
  setsRoutes,
  'the first of two gateways',
  ['{cidr: 10.0.0.0/24, enable_dhcp: false}', '{cidr: 10.0.1.0/24, enable_dhcp: false}'],
  ['route replace default via 10.0.0.1 dev eth0'],
  ['default'],
)
test(setsRoutes, 'none where DHCP gives them', ['{cidr: 10.0.0.0/24}'], [], [])
