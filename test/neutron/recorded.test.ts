import test from 'ava'
import { dhcpNamespaceOf } from '../../src/neutron/dhcp-namespace.ts'
import { dnsmasqOf } from '../../src/neutron/dnsmasq.ts'
import { metadataProxiesOf } from '../../src/neutron/haproxy.ts'
import { proxyOfDhcpNamespace } from '../../src/neutron/metadata-decisions.ts'
import { routerNamespaceOf } from '../../src/neutron/router-namespace.ts'
import { neutronClouds } from '../fixtures/neutron-clouds.ts'
import type { RecordedRelease } from '../fixtures/recorded.ts'
import {
  readRecorded,
  recordedFacts,
  recordedReleases,
  recordedValue,
} from '../fixtures/recorded.ts'

for (const release of recordedReleases) {
  for (const [name, cloud] of Object.entries(neutronClouds(release))) {
    test(`${release}: dnsmasq's files and command line are Neutron's own for cloud ${name}`, t => {
      for (const network of cloud.networks.filter(({ name }) => name === 'private')) {
        const { files, argv } = dnsmasqOf(cloud, network, recordedFacts) ?? {}
        const { runs } = proxyOfDhcpNamespace(cloud, network)
        t.deepEqual({ ...files, argv, runs }, recordedValue(release, name, network.id))
      }
    })

    test(`${release}: haproxy's configurations are Neutron's own for cloud ${name}`, t => {
      const configs = metadataProxiesOf(cloud, recordedFacts).map(({ id, config }) => [id, config])
      t.deepEqual(Object.fromEntries(configs), recordedValue(release, name, 'haproxy'))
    })
  }

  test(`${release}: the rules in qdhcp are what iptables-save shows after Neutron`, t => {
    const { dhcp } = namespacesOf(release)
    t.is(dhcp?.iptables, readRecorded(release, 'qdhcp.iptables'))
    t.is(dhcp?.ip6tables, readRecorded(release, 'qdhcp.ip6tables'))
  })

  test(`${release}: the rules in qrouter are what iptables-save shows after Neutron`, t => {
    const { router } = namespacesOf(release)
    t.is(router?.iptables, readRecorded(release, 'qrouter.iptables'))
    t.is(router?.ip6tables, readRecorded(release, 'qrouter.ip6tables'))
  })
}

function namespacesOf(release: RecordedRelease) {
  const cloud = neutronClouds(release).routed
  const [network] = cloud?.networks ?? []
  const [router] = cloud?.routers ?? []
  return {
    dhcp: cloud && network && dhcpNamespaceOf(cloud, network, recordedFacts),
    router: cloud && router && routerNamespaceOf(cloud, router, recordedFacts),
  }
}
