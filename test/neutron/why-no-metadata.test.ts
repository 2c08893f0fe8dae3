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
