import test from 'ava'
import { whyNoMetadata } from '../../src/neutron/why-no-metadata.ts'
import { cloudOf } from '../fixtures/planned.ts'

const says = test.macro({
  exec(t, _: string, neutron: string, rest: string, reason: string | null) {
    const cloud = cloudOf(`neutron: ${neutron}\n${rest}`)
    const [network] = cloud.networks
    t.is(network === undefined ? undefined : whyNoMetadata(cloud, network), reason)
  },
  title: (_, what: string) => what,
})

const isolated = 'networks: {private: {subnets: [{cidr: 10.0.0.0/24}]}}'
const routed = `${isolated}\nrouters: {edge: {interfaces: [private]}}`
const none = 'Neutron serves none on network private: '

test(says, 'isolated, on', '{dhcp_agent: {enable_isolated_metadata: true}}', isolated, null)
test(
  says,
  'isolated, off',
  '{}',
  isolated,
  `${none}enable_isolated_metadata is off; no router holds the gateway_ip`,
)
test(says, 'routed', '{}', routed, null)
test(
  says,
  'routed, without the L3 agent’s proxy',
  '{l3_agent: {enable_metadata_proxy: false}}',
  routed,
  `${none}enable_isolated_metadata is off; the L3 agent's enable_metadata_proxy is off`,
)
test(
  says,
  'routed, forced',
  '{dhcp_agent: {force_metadata: true}, l3_agent: {enable_metadata_proxy: false}}',
  routed,
  null,
)
test(
  says,
  'without DHCP',
  '{dhcp_agent: {enable_isolated_metadata: true}}',
  'networks: {private: {subnets: [{cidr: 10.0.0.0/24, enable_dhcp: false}]}}',
  `${none}the network has no DHCP port, so there is no qdhcp namespace; no router holds the gateway_ip`,
)
test(
  says,
  'forced in Liberty',
  '{release: liberty, dhcp_agent: {force_metadata: true}}',
  routed,
  `${none}force_metadata alone gives the DHCP port no 169.254.169.254 in this release; enable_isolated_metadata does`,
)
test(
  says,
  'forced in Kilo, which does not know it',
  '{release: kilo, dhcp_agent: {force_metadata: true}}',
  isolated,
  `${none}enable_isolated_metadata is off; no router holds the gateway_ip`,
)
const withHostRoute =
  'networks: {private: {subnets: [{cidr: 10.0.0.0/24, host_routes: [{destination: 10.9.0.0/24, nexthop: 10.0.0.9}]}]}}\nrouters: {edge: {interfaces: [private]}}'
test(
  says,
  'host routes of a routed subnet in Havana, which take the default route’s place',
  '{release: havana}',
  withHostRoute,
  `${none}enable_isolated_metadata is off; host routes come without the default route in this release, and clients that take them have none`,
)
test(
  says,
  'and in Icehouse, where it stands beside them',
  '{release: icehouse}',
  withHostRoute,
  null,
)
test(
  says,
  'no gateway, off',
  '{}',
  'networks: {private: {subnets: [{cidr: 10.0.0.0/24, gateway_ip: null}]}}',
  `${none}enable_isolated_metadata is off; the guest has no route to 169.254.169.254`,
)
test(
  says,
  'a metadata network whose router’s proxy gave way',
  '{dhcp_agent: {enable_isolated_metadata: true, enable_metadata_network: true}}',
  'networks: {private: {subnets: [{cidr: 169.254.10.0/24}]}}\nrouters: {edge: {interfaces: [private]}}',
  `${none}the router’s proxy has given way to the one that enable_metadata_network has in qdhcp`,
)
test(
  says,
  'a router on another address in Havana, which runs a proxy in vain',
  '{release: havana, dhcp_agent: {enable_isolated_metadata: true}}',
  'networks: {private: {subnets: [{cidr: 10.0.0.0/24}]}}\nrouters: {edge: {interfaces: [{network: private, fixed_ip: 10.0.0.254}]}}',
  `${none}no router holds the gateway_ip`,
)
