import test from 'ava'
import fc from 'fast-check'
import type { Cloud, Network, Subnet } from '../../src/cloud/cloud.ts'
import type { Dnsmasq } from '../../src/neutron/dnsmasq.ts'
import { dnsmasqOf } from '../../src/neutron/dnsmasq.ts'
import { releaseNames } from '../../src/topology/release-names.ts'
import {
  dhcpPort,
  instancePorts,
  ipv6Subnet,
  isolatedCloud,
  machineFacts,
  network,
  networkId,
  port,
  routedCloud,
  subnet,
  subnetId,
} from '../fixtures/cloud.ts'
import { neutronClouds } from '../fixtures/neutron-clouds.ts'

function first(cloud: Cloud): Network {
  const [only] = cloud.networks
  if (only === undefined) throw new Error('a fixture without a network')
  return only
}

function dnsmasq(cloud: Cloud): Dnsmasq {
  const found = dnsmasqOf(cloud, first(cloud), machineFacts)
  if (found === null) throw new Error('a fixture without DHCP')
  return found
}

const directory = `/var/lib/neutron/dhcp/${networkId}`

test('ussuri: an isolated network, whole', t => {
  t.deepEqual(dnsmasq(isolatedCloud({ release: 'ussuri' })), {
    directory,
    argv: [
      'dnsmasq',
      '--no-hosts',
      '--no-resolv',
      `--pid-file=${directory}/pid`,
      `--dhcp-hostsfile=${directory}/host`,
      `--addn-hosts=${directory}/addn_hosts`,
      `--dhcp-optsfile=${directory}/opts`,
      `--dhcp-leasefile=${directory}/leases`,
      '--dhcp-match=set:ipxe,175',
      '--dhcp-userclass=set:ipxe6,iPXE',
      '--local-service',
      '--bind-dynamic',
      `--dhcp-range=set:subnet-${subnetId},192.168.30.0,static,255.255.255.0,86400s`,
      '--dhcp-option-force=option:mtu,1450',
      '--dhcp-lease-max=256',
      '--conf-file=/dev/null',
      '--domain=openstacklocal',
    ],
    processTag: `dnsmasq-${networkId}`,
    environment: {},
    pidFile: `${directory}/pid`,
    files: {
      host: [
        'fa:16:3e:00:00:11,host-192-168-30-11.openstacklocal,192.168.30.11\n',
        'fa:16:3e:00:00:12,host-192-168-30-12.openstacklocal,192.168.30.12\n',
      ].join(''),
      opts: [
        `tag:subnet-${subnetId},option:classless-static-route,169.254.169.254/32,192.168.30.2,0.0.0.0/0,192.168.30.1\n`,
        `tag:subnet-${subnetId},249,169.254.169.254/32,192.168.30.2,0.0.0.0/0,192.168.30.1\n`,
        `tag:subnet-${subnetId},option:router,192.168.30.1`,
      ].join(''),
      addn_hosts: [
        '192.168.30.11\thost-192-168-30-11.openstacklocal host-192-168-30-11\n',
        '192.168.30.12\thost-192-168-30-12.openstacklocal host-192-168-30-12\n',
      ].join(''),
      leases: [
        '1795438800 fa:16:3e:00:00:11 192.168.30.11 * *\n',
        '1795438800 fa:16:3e:00:00:12 192.168.30.12 * *\n',
      ].join(''),
      interface: 'tapd1a2b3c4-56',
    },
    listens: [
      { protocol: 'udp', address: '0.0.0.0', port: 67 },
      ...['127.0.0.1', '::1', '192.168.30.2', '169.254.169.254'].flatMap(address => [
        { protocol: 'udp' as const, address, port: 53 },
        { protocol: 'tcp' as const, address, port: 53 },
      ]),
    ],
  })
})

test("2026.1: a routed network differs by the route to metadata, the router's name and leases without end", t => {
  const { files } = dnsmasq(routedCloud({ release: '2026.1' }))
  t.deepEqual(files, {
    host: [
      'fa:16:3e:00:00:01,host-192-168-30-1.openstacklocal,192.168.30.1\n',
      'fa:16:3e:00:00:11,host-192-168-30-11.openstacklocal,192.168.30.11\n',
      'fa:16:3e:00:00:12,host-192-168-30-12.openstacklocal,192.168.30.12\n',
    ].join(''),
    opts: [
      `tag:subnet-${subnetId},option:classless-static-route,169.254.169.254/32,192.168.30.1,0.0.0.0/0,192.168.30.1\n`,
      `tag:subnet-${subnetId},249,169.254.169.254/32,192.168.30.1,0.0.0.0/0,192.168.30.1\n`,
      `tag:subnet-${subnetId},option:router,192.168.30.1`,
    ].join(''),
    addn_hosts: [
      '192.168.30.1\thost-192-168-30-1.openstacklocal host-192-168-30-1\n',
      '192.168.30.11\thost-192-168-30-11.openstacklocal host-192-168-30-11\n',
      '192.168.30.12\thost-192-168-30-12.openstacklocal host-192-168-30-12\n',
    ].join(''),
    leases: [
      '0 fa:16:3e:00:00:01 192.168.30.1 * *\n',
      '0 fa:16:3e:00:00:11 192.168.30.11 * *\n',
      '0 fa:16:3e:00:00:12 192.168.30.12 * *\n',
    ].join(''),
    interface: 'tapd1a2b3c4-56',
  })
})

const environmentOf = test.macro({
  title: (_, release: string) => `${release}: what marks dnsmasq's process`,
  exec(t, release: string, environment: Record<string, string>) {
    t.deepEqual(dnsmasq(isolatedCloud({ release })).environment, environment)
  },
})

test(environmentOf, 'juno', { NEUTRON_NETWORK_ID: networkId })
test(environmentOf, 'kilo', {})
test(environmentOf, 'zed', {})
test(environmentOf, '2023.1', { PROCESS_TAG: `dnsmasq-${networkId}` })

const listensOn = test.macro({
  title: (_, release: string) => `${release}: where dnsmasq answers DNS, by its own way of binding`,
  exec(t, release: string, addresses: string[]) {
    const { listens } = dnsmasq(isolatedCloud({ release }))
    const names = listens.filter(({ port, protocol }) => port === 53 && protocol === 'udp')
    t.deepEqual(
      names.map(({ address }) => address),
      addresses,
    )
  },
})

const ofDevice = ['192.168.30.2', '169.254.169.254']
test(listensOn, 'havana', ofDevice)
test(listensOn, 'ocata', ofDevice)
test(listensOn, 'pike', ['127.0.0.1', '::1', ...ofDevice])
test(listensOn, 'queens', ['127.0.0.1', '::1', ...ofDevice])

test('a network without a DHCP port has no dnsmasq', t => {
  const cloud = isolatedCloud({}, { ports: [port()] })
  t.is(dnsmasqOf(cloud, first(cloud), machineFacts), null)
})

const options = test.macro({
  exec(t, _name: string, cloud: Cloud, expected: readonly string[]) {
    const lines = dnsmasq(cloud).files.opts.split('\n')
    t.deepEqual(
      lines.map(line => line.replace(/^tag:subnet-[^,]*,/, '')),
      expected,
    )
  },
  title: (_, name) => `opts: ${name}`,
})

function withSubnets(release: string, ...subnets: readonly Subnet[]): Cloud {
  const ports = [dhcpPort, ...instancePorts].map(each => ({
    ...each,
    fixed_ips: each.fixed_ips.filter(({ subnet_id }) => subnets.some(({ id }) => id === subnet_id)),
  }))
  return isolatedCloud({ release }, { networks: [network({ subnets })], ports })
}
const viaDhcp = '169.254.169.254/32,192.168.30.2'
const otherSubnet = subnet({
  id: '53000000-0000-4000-8000-000000000001',
  cidr: '10.0.1.0/24',
  gateway_ip: null,
  enable_dhcp: false,
})
const hostRoute = { destination: '192.168.9.0/24', nexthop: '192.168.30.9' }

test(
  options,
  'without a gateway the router option is bare',
  withSubnets('ussuri', subnet({ gateway_ip: null })),
  [`option:classless-static-route,${viaDhcp}`, `249,${viaDhcp}`, 'option:router'],
)
test(
  options,
  'without any route but the default there is no option 121',
  isolatedCloud({ dhcp_agent: { enable_isolated_metadata: false } }),
  ['option:router,192.168.30.1'],
)
test(
  options,
  'a default host route is the gateway where there is none',
  withSubnets(
    'ussuri',
    subnet({
      gateway_ip: null,
      host_routes: [{ destination: '0.0.0.0/0', nexthop: '192.168.30.9' }],
    }),
  ),
  [
    `option:classless-static-route,${viaDhcp},0.0.0.0/0,192.168.30.9`,
    `249,${viaDhcp},0.0.0.0/0,192.168.30.9`,
    'option:router,192.168.30.9',
  ],
)
test(
  options,
  'other subnets stand before host routes since train',
  withSubnets('train', subnet({ host_routes: [hostRoute] }), otherSubnet),
  [
    `option:classless-static-route,10.0.1.0/24,0.0.0.0,192.168.9.0/24,192.168.30.9,${viaDhcp},0.0.0.0/0,192.168.30.1`,
    `249,10.0.1.0/24,0.0.0.0,192.168.9.0/24,192.168.30.9,${viaDhcp},0.0.0.0/0,192.168.30.1`,
    'option:router,192.168.30.1',
  ],
)
test(
  options,
  'other subnets stand behind the metadata route up to stein',
  withSubnets('stein', subnet({ host_routes: [hostRoute] }), otherSubnet),
  [
    `option:classless-static-route,192.168.9.0/24,192.168.30.9,${viaDhcp},10.0.1.0/24,0.0.0.0,0.0.0.0/0,192.168.30.1`,
    `249,192.168.9.0/24,192.168.30.9,${viaDhcp},10.0.1.0/24,0.0.0.0,0.0.0.0/0,192.168.30.1`,
    'option:router,192.168.30.1',
  ],
)
test(
  options,
  'nameservers come first, in brackets for IPv6, where a search domain follows',
  withSubnets('2026.1', ipv6Subnet({ dns_nameservers: ['2001:db8::53', '2001:db8::54'] })),
  ['option6:dns-server,[2001:db8::53],[2001:db8::54]', 'option6:domain-search,openstacklocal'],
)
test(
  options,
  'the nameserver :: is nobody',
  withSubnets('2026.1', ipv6Subnet({ dns_nameservers: ['::'] })),
  ['option6:dns-server', 'option6:domain-search,openstacklocal'],
)
test(
  options,
  'two DHCP ports are both nameservers',
  isolatedCloud(
    { dhcp_agent: { enable_isolated_metadata: false } },
    {
      ports: [
        dhcpPort,
        { ...dhcpPort, id: 'd2', fixed_ips: [{ subnet_id: subnetId, ip_address: '192.168.30.3' }] },
      ],
    },
  ),
  ['option:router,192.168.30.1', 'option:dns-server,192.168.30.2,192.168.30.3'],
)

const argument = test.macro({
  exec(t, _name: string, cloud: Cloud, pattern: RegExp, expected: readonly string[]) {
    t.deepEqual(
      dnsmasq(cloud).argv.filter(text => pattern.test(text)),
      expected,
    )
  },
  title: (_, name) => `command line: ${name}`,
})

test(
  argument,
  'queens knows no iPXE user class',
  isolatedCloud({ release: 'queens' }),
  /userclass/,
  [],
)
test(
  argument,
  'IPv6 ranges are written for stateful, stateless and unset modes of /64 and longer',
  withSubnets(
    '2026.1',
    subnet({ enable_dhcp: false }),
    ipv6Subnet({ id: 'unset' }),
    ipv6Subnet({ id: 'short', cidr: 'fd00:1::/48' }),
    ipv6Subnet({
      id: 'slaac',
      cidr: 'fd00:2::/64',
      ipv6_ra_mode: 'slaac',
      ipv6_address_mode: 'slaac',
    }),
    ipv6Subnet({ id: 'ra-only', cidr: 'fd00:3::/64', ipv6_ra_mode: 'slaac' }),
    ipv6Subnet({ id: 'stateful', cidr: 'fd00:4::/112', ipv6_address_mode: 'dhcpv6-stateful' }),
    ipv6Subnet({ id: 'stateless', cidr: 'fd00:5::/64', ipv6_address_mode: 'dhcpv6-stateless' }),
  ),
  /range/,
  [
    '--dhcp-range=set:subnet-unset,fd00:7::,static,64,86400s',
    '--dhcp-range=set:subnet-stateful,fd00:4::,static,112,86400s',
    '--dhcp-range=set:subnet-stateless,fd00:5::,static,64,86400s',
  ],
)
test(
  argument,
  'the number of leases is the sum of the ranges',
  withSubnets('ussuri', subnet(), { ...otherSubnet, enable_dhcp: true }),
  /lease-max/,
  ['--dhcp-lease-max=512'],
)
test(argument, 'and dnsmasq_lease_max at most', withSubnets('2026.1', ipv6Subnet()), /lease-max/, [
  '--dhcp-lease-max=16777216',
])
test(
  argument,
  "the machine's resolvers leave an empty argument",
  isolatedCloud({ dhcp_agent: { dnsmasq_local_resolv: true } }),
  /^$|resolv/,
  [''],
)
test(
  argument,
  "named DNS servers turn the machine's resolvers off",
  isolatedCloud({
    dhcp_agent: { dnsmasq_local_resolv: true, dnsmasq_dns_servers: ['192.0.2.53'] },
  }),
  /^$|resolv|server/,
  ['--no-resolv', '--server=192.0.2.53'],
)

test('the link-local metadata address is bound to the device', t => {
  const { listens } = dnsmasq(withSubnets('2026.1', ipv6Subnet()))
  t.deepEqual(
    listens.filter(({ address }) => address.startsWith('fe80:')),
    [
      { protocol: 'udp', address: 'fe80::a9fe:a9fe', port: 53, device: 'tapd1a2b3c4-56' },
      { protocol: 'tcp', address: 'fe80::a9fe:a9fe', port: 53, device: 'tapd1a2b3c4-56' },
    ],
  )
})

test('with a DHCPv6 range dnsmasq listens on 547, too', t => {
  const { listens } = dnsmasq(withSubnets('2026.1', ipv6Subnet()))
  t.deepEqual(
    listens.filter(({ port }) => port !== 53),
    [{ protocol: 'udp', address: '::', port: 547 }],
  )
})

const cloudsOfAnyRelease = fc
  .constantFrom(...releaseNames)
  .chain(release => fc.constantFrom(...Object.values(neutronClouds(release))))

test('every tag in opts and every range names a subnet of the network', t => {
  t.notThrows(() =>
    fc.assert(
      fc.property(cloudsOfAnyRelease, cloud => {
        const { files, argv } = dnsmasq(cloud)
        const named = [
          ...`${files.opts}\n${argv.join('\n')}`.matchAll(/(?:tag|set):subnet-([^,]*)/g),
        ]
        const ids = first(cloud).subnets.map(({ id }) => id)
        return named.every(([, id = '']) => ids.includes(id))
      }),
    ),
  )
})

test('every path of every release lies under state_path', t => {
  t.notThrows(() =>
    fc.assert(
      fc.property(
        cloudsOfAnyRelease,
        fc.stringMatching(/^(\/[a-z]{1,8}){1,3}$/),
        (cloud, state_path) => {
          const moved = { ...cloud, neutron: { ...cloud.neutron, state_path } }
          const { directory: inside, pidFile, argv } = dnsmasq(moved)
          const paths = argv.flatMap(
            text =>
              /^--(?:pid|dhcp-hosts|addn-|dhcp-opts|dhcp-lease)\w*=(.*)/.exec(text)?.[1] ?? [],
          )
          return [inside, pidFile, ...paths].every(path => path.startsWith(`${state_path}/dhcp/`))
        },
      ),
    ),
  )
})

test('a host has its line in host exactly where dnsmasq is to lease the address', t => {
  const cloud = isolatedCloud(
    { release: '2026.1' },
    {
      networks: [network({ subnets: [subnet(), ipv6Subnet({ ipv6_address_mode: 'slaac' })] })],
      ports: [
        dhcpPort,
        ...instancePorts.map(instancePort => ({
          ...instancePort,
          fixed_ips: [
            ...instancePort.fixed_ips,
            { subnet_id: ipv6Subnet().id, ip_address: 'fd00:7::11' },
          ],
        })),
      ],
    },
  )
  const { host, addn_hosts } = dnsmasq(cloud).files
  t.is(host.split('\n').length, 3)
  t.is(addn_hosts?.split('\n').length, 5)
})
