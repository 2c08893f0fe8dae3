import test from 'ava'
import { nexthopOfNewLease } from '../../src/neutron/new-lease.ts'
import { cloudOf } from '../fixtures/planned.ts'

const says = test.macro({
  title: (_, what: string) => what,
  exec(t, _: string, via: string | null, expected: string | null, wish: Wish = {}) {
    const { neutron = '{}', router = '', subnet = '' } = wish
    const cloud = cloudOf(
      `neutron: ${neutron}\nnetworks: {net: {subnets: [{cidr: 10.0.0.0/24${subnet}}]}}\n${router}\ninstances: {vm1: {networks: [net]}}`,
    )
    const [guest] = cloud.guests
    if (guest === undefined) return t.fail()
    t.is(nexthopOfNewLease(cloud, guest, via), expected)
  },
})

interface Wish {
  readonly neutron?: string
  readonly router?: string
  readonly subnet?: string
}

const isolated = '{dhcp_agent: {enable_isolated_metadata: true}}'
const router = 'routers: {edge: {interfaces: [net]}}'

test(says, 'a router that has come is on the way of the next lease', '10.0.0.2', '10.0.0.1', {
  neutron: isolated,
  router,
})
test(says, 'and the DHCP port where it has gone', '10.0.0.1', '10.0.0.2', { neutron: isolated })
test(says, 'a guest that has no route gets one', null, '10.0.0.2', { neutron: isolated })
test(says, 'a lease that says the same is no news', '10.0.0.1', null, { router })
test(says, 'a lease by which nobody serves helps nobody', '10.0.0.2', null)
test(says, 'without DHCP there is no lease', '10.0.0.2', null, {
  router,
  subnet: ', enable_dhcp: false',
})
test(says, 'up to Liberty the agent may not know of the router', '10.0.0.2', null, {
  neutron: '{release: liberty}',
  router,
})
test(says, 'ML2/OVN has a way of its own', '10.0.0.9', null, {
  neutron: '{mechanism_driver: ovn}',
  router,
})
