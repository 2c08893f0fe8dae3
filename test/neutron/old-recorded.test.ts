import test from 'ava'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { type DhcpNamespace, dhcpNamespaceOf } from '../../src/neutron/dhcp-namespace.ts'
import { dnsmasqOf } from '../../src/neutron/dnsmasq.ts'
import { proxyOfDhcpNamespace } from '../../src/neutron/metadata-decisions.ts'
import { routerNamespaceOf } from '../../src/neutron/router-namespace.ts'
import { advertisedCloud } from '../fixtures/advertised-cloud.ts'
import { machineFacts, routedCloud } from '../fixtures/cloud.ts'
import { oldClouds } from '../fixtures/old-clouds.ts'
import { type OldRelease, oldReleases, readOld } from '../fixtures/recorded.ts'

for (const release of oldReleases) {
  test(`${release}: dnsmasq's files and command line are Neutron's own, for every cloud`, t => {
    const recorded = JSON.parse(readOld(release, 'dnsmasq.json'))
    t.deepEqual(describeAll(release, recorded), recorded)
  })

  test(`${release}: the rules in qrouter and qdhcp are what iptables-save shows after Neutron`, t => {
    const routed = routedCloud({ release })
    const rules = {
      routed: rulesOfRouter(routed),
      advertised: rulesOfRouter(advertisedCloud(release)),
      qdhcp: pickRules(dhcpNamespaceOf(routed, firstOf(routed.networks), machineFacts)),
    }
    t.deepEqual(rules, JSON.parse(readOld(release, 'rules.json')))
  })
}

function rulesOfRouter(cloud: Cloud) {
  return pickRules(routerNamespaceOf(cloud, firstOf(cloud.routers), machineFacts))
}

function pickRules(namespace: Pick<DhcpNamespace, 'iptables' | 'ip6tables'> | null) {
  return { iptables: namespace?.iptables, ip6tables: namespace?.ip6tables }
}

function firstOf<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error('a fixture without any')
  return first
}

type Recorded = Readonly<Record<string, Readonly<Record<string, Readonly<{ runs?: boolean }>>>>>

/** The proxy's decision is in it from Mitaka on, where one function of Neutron's makes it. */
function describeAll(release: OldRelease, recorded: Recorded) {
  const clouds = Object.entries({ ...oldClouds(release), advertised: advertisedCloud(release) })
  return Object.fromEntries(
    clouds.map(([name, cloud]) => {
      const networks = cloud.networks.filter(network => network.name === 'private')
      const described = networks.map(network => {
        const { files, argv } = dnsmasqOf(cloud, network, machineFacts) ?? {}
        const { runs } = proxyOfDhcpNamespace(cloud, network)
        const hasRuns = recorded[name]?.[network.id]?.runs !== undefined
        return [network.id, { ...files, argv, ...(hasRuns ? { runs } : {}) }]
      })
      return [name, Object.fromEntries(described)]
    }),
  )
}
