import test from 'ava'
import { dnsmasqOf } from '../../src/neutron/dnsmasq.ts'
import { proxyOfDhcpNamespace } from '../../src/neutron/metadata-decisions.ts'
import { advertisedCloud } from '../fixtures/advertised-cloud.ts'
import { machineFacts } from '../fixtures/cloud.ts'
import { oldClouds } from '../fixtures/old-clouds.ts'
import { type OldRelease, oldReleases, readOld } from '../fixtures/recorded.ts'

for (const release of oldReleases) {
  test(`${release}: dnsmasq's files and command line are Neutron's own, for every cloud`, t => {
    const recorded = JSON.parse(readOld(release, 'dnsmasq.json'))
    t.deepEqual(describeAll(release, recorded), recorded)
  })
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
