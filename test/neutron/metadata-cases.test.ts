import test from 'ava'
import { metadataCases, topologyOf } from '../../scripts/metadata-cases.ts'
import { optsFile } from '../../src/neutron/dnsmasq-opts.ts'
import { metadataAnswer } from '../../src/neutron/metadata-decisions.ts'
import { type ReleaseName, releaseNames } from '../../src/topology/release-names.ts'
import { cloudOf } from '../fixtures/planned.ts'

/** The second table of section 4 of spec/dhcp-agent.md, byte for byte, in every release. */

const byDhcp = '169.254.169.254/32,10.0.0.2'
const byGateway = '169.254.169.254/32,10.0.0.1'
const thenDefault = ',0.0.0.0/0,10.0.0.1'

/** What guests are told from a release on: options 121 and 249, option 3, and who answers. */
type Told = readonly [
  since: ReleaseName,
  staticRoutes: string | null,
  router: string,
  by: 'qdhcp' | 'qrouter' | null,
]

/** In the order of `metadataCases`. */
const expected: readonly (readonly [about: string, ...told: readonly Told[]])[] = [
  [
    'isolated, enabled',
    ['havana', byDhcp, ',10.0.0.1', 'qdhcp'],
    ['icehouse', byDhcp + thenDefault, ',10.0.0.1', 'qdhcp'],
  ],
  ['isolated, enabled, no gateway', ['havana', byDhcp, '', 'qdhcp']],
  [
    'routed, enabled',
    ['havana', null, ',10.0.0.1', 'qrouter'],
    ['liberty', byGateway + thenDefault, ',10.0.0.1', 'qrouter'],
  ],
  [
    'routed, all off',
    ['havana', null, ',10.0.0.1', 'qrouter'],
    ['liberty', byGateway + thenDefault, ',10.0.0.1', 'qrouter'],
  ],
  [
    'routed, forced',
    ['havana', null, ',10.0.0.1', 'qrouter'],
    ['liberty', byDhcp + thenDefault, ',10.0.0.1', null],
    ['mitaka', byDhcp + thenDefault, ',10.0.0.1', 'qdhcp'],
  ],
  [
    'router on .254, enabled',
    ['havana', null, ',10.0.0.1', null],
    ['icehouse', byDhcp + thenDefault, ',10.0.0.1', 'qdhcp'],
  ],
  ['isolated, all off', ['havana', null, ',10.0.0.1', null]],
  ['isolated, all off, no gateway', ['havana', null, '', null]],
]

test('every case has its expectations', t => {
  t.is(metadataCases.length, expected.length)
})

for (const [at, metadataCase] of metadataCases.entries()) {
  const [about = '', ...told] = expected[at] ?? []
  for (const release of releaseNames)
    test(`${release}: ${about}`, t => {
      const [, routes, router, by] = told.findLast(([since]) => isSince(release, since)) ?? []
      const cloud = cloudOf(topologyOf(metadataCase, release))
      const [network] = cloud.networks
      const [subnet] = network?.subnets ?? []
      if (network === undefined || subnet === undefined) return t.fail('a case without a subnet')
      const options = optsFile(cloud, network)
        .replaceAll(/^tag:[^,]*,/gm, '')
        .split('\n')
      const routing = options.filter(option => !option.startsWith('option:dns-server,'))
      t.deepEqual(routing, [
        ...(routes === null ? [] : [`option:classless-static-route,${routes}`, `249,${routes}`]),
        `option:router${router}`,
      ])
      t.is(metadataAnswer(cloud, subnet).by, by ?? null)
    })
}

function isSince(release: ReleaseName, since: ReleaseName): boolean {
  return releaseNames.indexOf(release) >= releaseNames.indexOf(since)
}
