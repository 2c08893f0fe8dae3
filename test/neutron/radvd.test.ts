import test from 'ava'
import type { Cloud, Router } from '../../src/cloud/cloud.ts'
import type { MachineFacts } from '../../src/cloud/machine-facts.ts'
import { dnsmasqOf } from '../../src/neutron/dnsmasq.ts'
import { proxyOfDhcpNamespace } from '../../src/neutron/metadata-decisions.ts'
import { radvdOf } from '../../src/neutron/radvd.ts'
import { routerNamespaceOf } from '../../src/neutron/router-namespace.ts'
import { advertisedCloud } from '../fixtures/advertised-cloud.ts'
import { externalNetwork, gatewayPort, network, routedCloud, router } from '../fixtures/cloud.ts'
import {
  oldReleases,
  readOld,
  readRecorded,
  recordedFacts,
  recordedReleases,
} from '../fixtures/recorded.ts'

for (const release of [...recordedReleases, 'victoria'] as const) {
  test(`${release}: radvd's configuration and command line are Neutron's own`, t => {
    const radvd = radvdOf(advertisedCloud(release), router, recordedFacts)
    t.is(radvd?.config, readRecorded(release, 'radvd.conf'))
    t.deepEqual(radvd?.argv, JSON.parse(readRecorded(release, 'radvd.json')).argv)
  })
}

for (const release of oldReleases.slice(2)) {
  test(`${release}: radvd's configuration and command line are Neutron's own`, t => {
    const radvd = radvdOf(advertisedCloud(release), router, recordedFacts)
    t.is(radvd?.config, readOld(release, 'radvd.conf'))
    t.deepEqual(radvd?.argv, JSON.parse(readOld(release, 'radvd.json')).argv)
    t.is(radvd?.configMode, radvd?.argv.includes('-u') ? 0o444 : 0o644)
  })
}

for (const release of recordedReleases) {
  test(`${release}: the rules of a router with IPv6 subnets and a floating IP are Neutron's own`, t => {
    const made = routerNamespaceOf(advertisedCloud(release), router, recordedFacts)
    t.is(made.iptables, readRecorded(release, 'qrouter-advertised.iptables'))
    t.is(made.ip6tables, readRecorded(release, 'qrouter-advertised.ip6tables'))
  })

  test(`${release}: dnsmasq's files and command line beside radvd are Neutron's own`, t => {
    const cloud = advertisedCloud(release)
    const [network] = cloud.networks
    const dnsmasq = network && dnsmasqOf(cloud, network, recordedFacts)
    const runs = network && proxyOfDhcpNamespace(cloud, network).runs
    t.deepEqual(
      { ...dnsmasq?.files, argv: dnsmasq?.argv, runs },
      JSON.parse(readRecorded(release, 'dnsmasq-advertised.json')),
    )
  })

  test(`${release}: a floating IP is on the gateway's device, behind the gateway's own address`, t => {
    const { gateway } = routerNamespaceOf(advertisedCloud(release), router, recordedFacts)
    const added: readonly [device: string, address: string][] = JSON.parse(
      readRecorded(release, 'radvd.json'),
    ).addresses
    t.deepEqual(
      gateway?.addresses.slice(1).map(({ address }) => [gateway.device, address]),
      added,
    )
    t.is(gateway?.addresses[0]?.address, '203.0.113.10/24')
  })
}

const runsNone = test.macro((t, cloud: Cloud, of: Router, facts: MachineFacts = recordedFacts) => {
  t.is(radvdOf(cloud, of, facts), null)
})

test('a router on IPv4 alone runs no radvd', runsNone, routedCloud(), router)
test(
  'a router without an interface runs no radvd',
  runsNone,
  routedCloud({}, { networks: [network(), externalNetwork], ports: [gatewayPort] }),
  router,
)
test('before Juno there is no radvd', runsNone, advertisedCloud('icehouse'), router)
test('a machine without IPv6 runs no radvd', runsNone, advertisedCloud('zed'), router, {
  ...recordedFacts,
  ipv6: false,
})
test('another router on the same cloud runs no radvd', runsNone, advertisedCloud('zed'), {
  ...router,
  id: '00000000-0000-4000-8000-000000000000',
})
