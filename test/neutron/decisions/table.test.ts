import test from 'ava'
import { addressTable, ipv6AddressTable } from '../../../src/neutron/decisions/address-tables.ts'
import { answerTable } from '../../../src/neutron/decisions/answer-table.ts'
import { nexthopTable } from '../../../src/neutron/decisions/nexthop-table.ts'
import { proxyTable } from '../../../src/neutron/decisions/proxy-table.ts'
import { routerTable } from '../../../src/neutron/decisions/router-table.ts'
import { senderTable } from '../../../src/neutron/decisions/sender-table.ts'
import { sharedIdTable } from '../../../src/neutron/decisions/shared-id-table.ts'
import {
  type DecisionTable,
  decide,
  describeReleases,
  releasesOfRows,
} from '../../../src/neutron/decisions/table.ts'
import { type NeutronRelease, neutronRelease } from '../../../src/neutron/release.ts'
import { releaseNames } from '../../../src/topology/release-names.ts'

const everyTable = {
  proxyTable,
  senderTable,
  nexthopTable,
  addressTable,
  ipv6AddressTable,
  routerTable,
  answerTable,
  sharedIdTable,
} as const

for (const [name, table] of Object.entries(everyTable)) {
  test(`${name} decides every case of every release`, t => {
    for (const release of releaseNames) {
      const unconditional = table.rows.filter(
        ({ of, when }) => when === undefined && (of?.(neutronRelease(release)) ?? true),
      )
      t.true(unconditional.length > 0, release)
    }
  })

  test(`every row of ${name} may hold in some release`, t => {
    t.false(releasesOfRows<never, unknown>(table).includes(''))
  })
}

interface Facts {
  readonly release: NeutronRelease
  readonly isHot: boolean
}

const words = { condition: '', result: '', why: '', guest: '', source: '' }
const weather: DecisionTable<Facts, string> = {
  title: 'Weather',
  about: '',
  rows: [
    { ...words, when: ({ isHot }) => isHot, outcome: () => 'shade' },
    { ...words, of: ({ ipv6Metadata }) => ipv6Metadata, outcome: () => 'sun' },
    { ...words, when: ({ isHot }) => isHot, outcome: () => 'never' },
    { ...words, when: ({ isHot }) => !isHot, outcome: () => 'rain' },
  ],
}

const decides = test.macro({
  exec(t, release: string, isHot: boolean, expected: string) {
    t.is(decide(weather, { release: neutronRelease(release), isHot }).outcome, expected)
  },
  title: (_, release, isHot) =>
    `the first row that holds decides: ${release}, ${isHot ? 'hot' : 'cold'}`,
})

test(decides, 'ussuri', true, 'shade')
test(decides, 'victoria', true, 'shade')
test(decides, 'victoria', false, 'sun')
test(decides, 'ussuri', false, 'rain')

test('a table of which no row holds says which it is', t => {
  const facts = { release: neutronRelease('ussuri'), isHot: true }
  const [, ...colder] = weather.rows
  t.throws(() => decide({ ...weather, rows: colder.slice(0, 1) }, facts), {
    message: 'No row of "Weather" holds',
  })
})

test('below a row without a condition none has another in its releases', t => {
  t.deepEqual(releasesOfRows(weather), ['all', 'since victoria', 'until ussuri', 'until ussuri'])
})

test('spans of releases in words', t => {
  t.is(
    describeReleases(() => true),
    'all',
  )
  t.is(
    describeReleases(() => false),
    '',
  )
  t.is(
    describeReleases(name => ['havana', 'kilo', 'liberty', '2025.2', '2026.1'].includes(name)),
    'havana, kilo to liberty, since 2025.2',
  )
})
