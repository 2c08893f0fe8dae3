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
  ['havana', 16],
  ['victoria', 32],
])
test(changesAt, 'ipv6Metadata', release => release.ipv6Metadata, [
  ['havana', false],
  ['victoria', true],
])
test(changesAt, 'ipv6AddressNeedsIpv6Subnet', release => release.ipv6AddressNeedsIpv6Subnet, [
  ['havana', false],
  ['2024.1', true],
])
test(changesAt, 'proxyCountsIpv6Subnets', release => release.proxyCountsIpv6Subnets, [
  ['havana', false],
  ['victoria', true],
])
test(changesAt, 'isolation', release => release.isolation, [
  ['havana', 'no-router-port'],
  ['icehouse', 'no-router-on-gateway'],
])
test(changesAt, 'proxyNeedsIsolation', release => release.proxyNeedsIsolation, [
  ['havana', false],
  ['icehouse', true],
])
test(changesAt, 'isolationCountsEverySubnet', release => release.isolationCountsEverySubnet, [
  ['havana', false],
  ['icehouse', true],
  ['mitaka', false],
])
test(changesAt, 'routerIdNeedsMetadataSubnet', release => release.routerIdNeedsMetadataSubnet, [
  ['havana', true],
  ['icehouse', false],
  ['pike', true],
])
test(changesAt, 'routesMetadataByGateway', release => release.routesMetadataByGateway, [
  ['havana', false],
  ['liberty', true],
])
test(changesAt, 'forceMetadata', release => release.forceMetadata, [
  ['havana', false],
  ['liberty', true],
])
test(changesAt, 'forceMetadataAddress', release => release.forceMetadataAddress, [
  ['havana', false],
  ['mitaka', true],
])
test(changesAt, 'proxyFilesBySentId', release => release.proxyFilesBySentId, [
  ['havana', false],
  ['kilo', true],
])
test(changesAt, 'ovnMetadataPort', release => release.ovnMetadataPort, [
  ['havana', false],
  ['wallaby', true],
])
test(changesAt, 'hearsRouterPorts', release => release.hearsRouterPorts, [
  ['havana', false],
  ['mitaka', true],
])
test(changesAt, 'evaluatesOnNetworkChange', release => release.evaluatesOnNetworkChange, [
  ['havana', false],
  ['mitaka', true],
])
test(changesAt, 'evaluatesOnPortChange', release => release.evaluatesOnPortChange, [
  ['havana', false],
  ['pike', true],
])
test(changesAt, 'restartsProxyAtStart', release => release.restartsProxyAtStart, [
  ['havana', false],
  ['victoria', true],
])
test(changesAt, 'replacesProxyOnChange', release => release.replacesProxyOnChange, [
  ['havana', false],
  ['2024.1', true],
])
test(changesAt, 'haproxy.nbthread', release => release.haproxy.nbthread, [
  ['havana', null],
  ['2025.2', 2],
])
test(changesAt, 'haproxy.blankLinesBeforeListen', ({ haproxy }) => haproxy.blankLinesBeforeListen, [
  ['havana', 1],
  ['2023.1', 2],
  ['2023.2', 1],
])
test(changesAt, 'haproxy.ipv6BindLine', release => release.haproxy.ipv6BindLine, [
  ['havana', false],
  ['victoria', true],
])
test(changesAt, 'haproxy.blankLineBeforeHeaders', ({ haproxy }) => haproxy.blankLineBeforeHeaders, [
  ['havana', false],
  ['2023.2', true],
])
test(changesAt, 'metadataProxy', release => release.metadataProxy, [
  ['havana', 'ns-metadata-proxy'],
  ['pike', 'haproxy'],
])
test(changesAt, 'haproxy.replacesHeaders', release => release.haproxy.replacesHeaders, [
  ['havana', false],
  ['queens', true],
])
test(changesAt, 'haproxy.rateLimiting', release => release.haproxy.rateLimiting, [
  ['havana', false],
  ['2023.2', true],
])
test(changesAt, 'dnsmasq.ipxe6UserClass', release => release.dnsmasq.ipxe6UserClass, [
  ['havana', false],
  ['stein', true],
])
test(changesAt, 'dnsmasq.noConfigFile', release => release.dnsmasq.noConfigFile, [
  ['havana', ''],
  ['train', '/dev/null'],
])
test(changesAt, 'dnsmasq.dhcpv6HostTag', release => release.dnsmasq.dhcpv6HostTag, [
  ['havana', false],
  ['train', true],
])
test(changesAt, 'dnsmasq.networkIdVariable', release => release.dnsmasq.networkIdVariable, [
  ['havana', true],
  ['kilo', false],
])
test(changesAt, 'dnsmasq.leaseExpiryZero', release => release.dnsmasq.leaseExpiryZero, [
  ['havana', false],
  ['2026.1', true],
])
test(changesAt, 'radvd.runs', ({ radvd }) => radvd.runs, [
  ['havana', false],
  ['juno', true],
])
test(changesAt, 'radvd.countsEverySubnet', ({ radvd }) => radvd.countsEverySubnet, [
  ['havana', false],
  ['kilo', true],
])
test(changesAt, 'radvd.intervals', ({ radvd }) => radvd.intervals.join(' '), [
  ['havana', '3 10'],
  ['mitaka', '30 100'],
])
test(changesAt, 'radvd.mtu', ({ radvd }) => radvd.mtu, [
  ['havana', 'absent'],
  ['liberty', 'off'],
  ['mitaka', 'on'],
])
test(changesAt, 'radvd.advertisesDns', ({ radvd }) => radvd.advertisesDns, [
  ['havana', false],
  ['mitaka', true],
])
test(changesAt, 'radvd.statefulPrefixes', ({ radvd }) => radvd.statefulPrefixes, [
  ['havana', false],
  ['liberty', true],
])
test(changesAt, 'radvd.user', ({ radvd }) => radvd.user, [
  ['havana', 'absent'],
  ['pike', 'before-log'],
  ['rocky', 'last'],
])
test(changesAt, 'radvd.blankLines', ({ radvd }) => radvd.blankLines, [
  ['havana', true],
  ['wallaby', false],
])
test(changesAt, 'iptables.dhcpNat', release => release.iptables.dhcpNat, [
  ['havana', 'full'],
  ['train', 'none'],
  ['2024.1', 'prerouting'],
])
test(changesAt, 'iptables.ipv6Nat', release => release.iptables.ipv6Nat, [
  ['havana', false],
  ['victoria', true],
])
test(
  changesAt,
  'iptables.internalTrafficByInput',
  ({ iptables }) => iptables.internalTrafficByInput,
  [
    ['havana', true],
    ['stein', false],
  ],
)
test(changesAt, 'processTag', release => release.processTag, [
  ['havana', false],
  ['2023.1', true],
])
test(
  changesAt,
  'namespaces.promoteSecondaries',
  ({ namespaces }) => namespaces.promoteSecondaries,
  [
    ['havana', false],
    ['juno', true],
  ],
)
test(changesAt, 'namespaces.nonlocalBind', ({ namespaces }) => namespaces.nonlocalBind, [
  ['havana', false],
  ['pike', true],
])
test(changesAt, 'namespaces.dhcpIpv6', ({ namespaces }) => namespaces.dhcpIpv6, [
  ['havana', false],
  ['newton', true],
])
test(changesAt, 'namespaces.dhcpAutoAddresses', ({ namespaces }) => namespaces.dhcpAutoAddresses, [
  ['havana', true],
  ['kilo', false],
  ['newton', true],
])
test(changesAt, 'namespaces.strictArp', ({ namespaces }) => namespaces.strictArp, [
  ['havana', false],
  ['ocata', true],
])
test(changesAt, 'namespaces.ipv6Forwarding', ({ namespaces }) => namespaces.ipv6Forwarding, [
  ['havana', false],
  ['juno', true],
])
test(changesAt, 'namespaces.gatewayIpv6', ({ namespaces }) => namespaces.gatewayIpv6, [
  ['havana', 'none'],
  ['kilo', 'accept-ra'],
  ['newton', 'forwarding'],
])
test(
  changesAt,
  'iptables.metadataMarkWithoutProxy',
  ({ iptables }) => iptables.metadataMarkWithoutProxy,
  [
    ['havana', false],
    ['pike', true],
  ],
)
test(
  changesAt,
  'iptables.floatingIpsWithoutSnat',
  ({ iptables }) => iptables.floatingIpsWithoutSnat,
  [
    ['havana', false],
    ['liberty', true],
  ],
)
test(changesAt, 'conntrackLiberal', release => release.conntrackLiberal, [
  ['havana', false],
  ['2025.1', true],
])
test(changesAt, 'agentStyle', release => release.agentStyle, [
  ['havana', 'wsgi'],
  ['2025.1', 'socket'],
])

test('an unknown release is refused with the known ones', t => {
  t.throws(() => neutronRelease('usuri'), {
    instanceOf: RangeError,
    message: /no release "usuri" of Neutron; known: havana, .*2026\.1$/,
  })
})
