import test from 'ava'
import { mistakesOf } from './mistakes-of.ts'

const finds = test.macro({
  exec(t, text: string, ...expected: string[]) {
    t.deepEqual(mistakesOf(text), expected)
  },
  title: (_, text: string, ..._expected: string[]) => `mistakes in ${text.replaceAll('\n', '; ')}`,
})

const ovn = 'neutron: {mechanism_driver: ovn}\n'
const older = 'leave it out for openvswitch, or take ussuri or newer'

test(finds, `${ovn}networks: {a: {}}\n`)
test(finds, 'neutron: {mechanism_driver: ovn, release: ussuri}\nnetworks: {a: {}}\n')
test(finds, 'neutron: {mechanism_driver: openvswitch, release: train}\nnetworks: {a: {}}\n')
test(
  finds,
  'neutron: {mechanism_driver: linuxbridge}\nnetworks: {a: {}}\n',
  '1:29 `mechanism_driver` must be `openvswitch` or `ovn`',
)
test(
  finds,
  'neutron: {mechanism_driver: ovn, release: train}\nnetworks: {a: {}}\n',
  `1:29 Neutron train has no ML2/OVN of its own, which came with ussuri; before, it was networking-ovn | ${older}`,
)
test(
  finds,
  'neutron: {mechanism_driver: ovn, metadata_proxy: ns-metadata-proxy}\nnetworks: {a: {}}\n',
  '1:50 ML2/OVN has never had another metadata proxy than haproxy | leave it out',
)
test(
  finds,
  `${ovn}networks: {a: {provider:network_type: gre}}\n`,
  '2:39 ML2/OVN has no networks of type gre | leave it out for geneve',
)
test(
  finds,
  `${ovn}hosts: {n: {roles: [controller, network, compute]}}\nnetworks: {a: {dhcp_agents: [n]}}\n`,
  '3:16 ML2/OVN has no DHCP agents: each compute host answers its own guests | leave it out',
)
test(
  finds,
  `${ovn}networks: {a: {subnets: [{cidr: 10.0.0.0/24}], dhcp_port: {fixed_ip: 10.0.0.5}}}\ninstances: {vm: {networks: [{name: a, fixed_ip: 10.0.0.5}]}}\n`,
  '3:49 `10.0.0.5` is already the address of the metadata port of network `a`',
)
