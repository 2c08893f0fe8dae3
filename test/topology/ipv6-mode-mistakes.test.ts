import test from 'ava'
import type { ReleaseName } from '../../src/topology/release-names.ts'
import { mistakesOf } from './mistakes-of.ts'

const finds = test.macro({
  title: (_, what: string) => what,
  exec(t, _: string, release: ReleaseName | null, modes: string, ...expected: string[]) {
    const neutron = release === null ? '' : `neutron: {release: ${release}}\n`
    const text = `${neutron}networks: {a: {subnets: [{cidr: "fd00:1::/64"${modes}}]}}\n`
    t.deepEqual(mistakesOf(text), expected)
  },
})

const slaac = ', ipv6_ra_mode: slaac, ipv6_address_mode: slaac'
const hint = 'leave it out, or take juno or newer'
const tooOld = (position: string, key: string, release: string) =>
  `${position} Neutron ${release} takes no \`${key}\`, which came with juno | ${hint}`

test(
  finds,
  'Havana takes no IPv6 modes',
  'havana',
  slaac,
  tooOld('2:48', 'ipv6_ra_mode', 'havana'),
  tooOld('2:69', 'ipv6_address_mode', 'havana'),
)
test(
  finds,
  'nor does Icehouse',
  'icehouse',
  ', ipv6_address_mode: dhcpv6-stateful',
  tooOld('2:48', 'ipv6_address_mode', 'icehouse'),
)
test(finds, 'but a subnet without them', 'havana', '')
test(finds, 'Juno takes them', 'juno', slaac)
test(finds, 'and so does the newest', null, slaac)

test('the release that is asked for counts, not the one of the file', t => {
  const subnet = '{cidr: "fd00:1::/64", ipv6_ra_mode: slaac}'
  const text = (release: string) =>
    `neutron: {release: ${release}}\nnetworks: {a: {subnets: [${subnet}]}}\n`
  t.deepEqual(mistakesOf(text('zed'), 'icehouse'), [tooOld('2:48', 'ipv6_ra_mode', 'icehouse')])
  t.deepEqual(mistakesOf(text('icehouse'), 'zed'), [])
})
