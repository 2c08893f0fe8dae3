import test from 'ava'
import type { NeutronRelease } from '../../src/neutron/release.ts'
import { neutronRelease } from '../../src/neutron/release.ts'
import { releaseNames } from '../../src/topology/release-names.ts'

const changesAt = test.macro({
  exec(
    t,
    _name: string,
    fact: (release: NeutronRelease) => unknown,
    expected: readonly (readonly [since: string, value: unknown])[],
  ) {
    const seen = releaseNames.map(name => [name, fact(neutronRelease(name))] as const)
    const changes = seen.filter(([, value], at) => at === 0 || value !== seen[at - 1]?.[1])
    t.deepEqual(changes, expected)
  },
  title: (_, name) => `${name} changes in these releases and no other`,
})

test(changesAt, 'dhcpMetadataPrefixLength', release => release.dhcpMetadataPrefixLength, [
  ['queens', 16],
  ['victoria', 32],
])
test(changesAt, 'ipv6Metadata', release => release.ipv6Metadata, [
  ['queens', false],
  ['victoria', true],
])
test(changesAt, 'ipv6AddressNeedsIpv6Subnet', release => release.ipv6AddressNeedsIpv6Subnet, [
  ['queens', false],
  ['2024.1', true],
])
test(changesAt, 'proxyCountsIpv6Subnets', release => release.proxyCountsIpv6Subnets, [
  ['queens', false],
  ['victoria', true],
])
test(changesAt, 'haproxy.nbthread', release => release.haproxy.nbthread, [
  ['queens', null],
  ['2025.2', 2],
])
test(changesAt, 'haproxy.blankLinesBeforeListen', ({ haproxy }) => haproxy.blankLinesBeforeListen, [
  ['queens', 1],
  ['2023.1', 2],
  ['2023.2', 1],
])
test(changesAt, 'haproxy.ipv6BindLine', release => release.haproxy.ipv6BindLine, [
  ['queens', false],
  ['victoria', true],
])
test(changesAt, 'haproxy.blankLineBeforeHeaders', ({ haproxy }) => haproxy.blankLineBeforeHeaders, [
  ['queens', false],
  ['2023.2', true],
])
test(changesAt, 'haproxy.rateLimiting', release => release.haproxy.rateLimiting, [
  ['queens', false],
  ['2023.2', true],
])
test(changesAt, 'dnsmasq.ipxe6UserClass', release => release.dnsmasq.ipxe6UserClass, [
  ['queens', false],
  ['stein', true],
])
test(changesAt, 'dnsmasq.noConfigFile', release => release.dnsmasq.noConfigFile, [
  ['queens', ''],
  ['train', '/dev/null'],
])
test(changesAt, 'dnsmasq.dhcpv6HostTag', release => release.dnsmasq.dhcpv6HostTag, [
  ['queens', false],
  ['train', true],
])
test(changesAt, 'dnsmasq.connectedRoutesFirst', release => release.dnsmasq.connectedRoutesFirst, [
  ['queens', false],
  ['train', true],
])
test(changesAt, 'dnsmasq.leaseExpiryZero', release => release.dnsmasq.leaseExpiryZero, [
  ['queens', false],
  ['2026.1', true],
])
test(changesAt, 'iptables.dhcpNat', release => release.iptables.dhcpNat, [
  ['queens', 'full'],
  ['train', 'none'],
  ['2024.1', 'prerouting'],
])
test(changesAt, 'iptables.ipv6Nat', release => release.iptables.ipv6Nat, [
  ['queens', false],
  ['victoria', true],
])
test(
  changesAt,
  'iptables.internalTrafficByInput',
  ({ iptables }) => iptables.internalTrafficByInput,
  [
    ['queens', true],
    ['stein', false],
  ],
)
test(changesAt, 'conntrackLiberal', release => release.conntrackLiberal, [
  ['queens', false],
  ['2025.1', true],
])
test(changesAt, 'agentStyle', release => release.agentStyle, [
  ['queens', 'wsgi'],
  ['2025.1', 'socket'],
])

test('an unknown release is refused with the known ones', t => {
  t.throws(() => neutronRelease('usuri'), {
    instanceOf: RangeError,
    message: /no release "usuri" of Neutron; known: queens, .*2026\.1$/,
  })
})
