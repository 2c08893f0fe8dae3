import test from 'ava'
import {
  dhcpProxyPlaces,
  proxyPlacesOf,
  routerProxyPlaces,
} from '../../src/neutron/proxy-places.ts'
import { machineFacts } from '../fixtures/cloud.ts'
import { cloudOf } from '../fixtures/planned.ts'

/** A network in 169.254.0.0/16 and another, both on one router. */
function metadataNetwork(release: string) {
  return cloudOf(`
neutron:
  release: "${release}"
  dhcp_agent: {enable_isolated_metadata: true, enable_metadata_network: true}
networks:
  link-local: {subnets: [{cidr: 169.254.169.240/28}], dhcp_port: {fixed_ip: 169.254.169.242}}
  private: {subnets: [{cidr: 10.0.0.0/24}]}
routers: {edge: {interfaces: [link-local, private]}}
`)
}

test('each agent has places of its own, whatever the other has', t => {
  const cloud = metadataNetwork('2026.1')
  const [router] = cloud.routers
  t.deepEqual(
    dhcpProxyPlaces(cloud, machineFacts).map(({ owner, sends }) => [owner, sends]),
    [['neutron-dhcp-agent', { header: 'router', id: router?.id }]],
  )
  t.deepEqual(
    routerProxyPlaces(cloud, machineFacts).map(({ owner, sends }) => [owner, sends]),
    [['neutron-l3-agent', { header: 'router', id: router?.id }]],
  )
})

for (const release of ['kilo', 'ussuri', '2023.2', '2024.1', '2026.1'])
  test(`${release}: of two proxies of one router’s id on a host the DHCP agent’s stays`, t => {
    const cloud = metadataNetwork(release)
    t.deepEqual(
      proxyPlacesOf(cloud, machineFacts).map(({ owner, id }) => [owner, id]),
      [['neutron-dhcp-agent', cloud.routers[0]?.id]],
    )
  })

for (const release of ['havana', 'icehouse', 'juno'])
  test(`${release}: both proxies of a router’s id run, the one in qdhcp by the network’s name`, t => {
    const cloud = metadataNetwork(release)
    const [network] = cloud.networks
    t.is(network?.name, 'link-local')
    const private_ = cloud.networks[1]?.id
    const places = proxyPlacesOf(cloud, machineFacts).map(({ owner, id, sends }) => [
      owner,
      id,
      sends.header,
    ])
    t.deepEqual(
      places.filter(([, id]) => id !== private_),
      [
        ['neutron-dhcp-agent', network?.id, 'router'],
        ['neutron-l3-agent', cloud.routers[0]?.id, 'router'],
      ],
    )
  })
