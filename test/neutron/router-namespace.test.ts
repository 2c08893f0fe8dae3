import test from 'ava'
import type { Cloud } from '../../src/cloud/cloud.ts'
import type { RouterNamespace } from '../../src/neutron/router-namespace.ts'
import { routerNamespaceOf } from '../../src/neutron/router-namespace.ts'
import {
  dhcpPort,
  externalNetwork,
  externalNetworkId,
  externalSubnetId,
  gatewayPort,
  ipv6Subnet,
  machineFacts,
  network,
  routedCloud,
  router,
  routerId,
  routerPort,
  subnet,
} from '../fixtures/cloud.ts'
import { readRecorded } from '../fixtures/recorded.ts'

const ipv4Facts = { ...machineFacts, ipv6: false }

function namespaceOf(cloud: Cloud, facts = machineFacts): RouterNamespace {
  const [first] = cloud.routers
  if (first === undefined) throw new Error('a fixture without a router')
  return routerNamespaceOf(cloud, first, facts)
}

const withoutGateway: Partial<Cloud> = {
  routers: [{ ...router, external_gateway_info: null }],
  ports: [dhcpPort, routerPort],
}

test("interfaces and gateway bear Neutron's names and their networks' MTU", t => {
  const { name, interfaces, gateway } = namespaceOf(routedCloud())
  t.is(name, `qrouter-${routerId}`)
  t.deepEqual(interfaces, [
    {
      port: routerPort,
      device: 'qr-1a2b3c4d-5e',
      mtu: 1450,
      addresses: [{ address: '192.168.30.1/24', family: 4 }],
    },
  ])
  t.deepEqual(gateway, {
    port: gatewayPort,
    device: 'qg-feedbeef-11',
    mtu: 1500,
    addresses: [{ address: '203.0.113.10/24', family: 4 }],
  })
})

const externalIpv6 = ipv6Subnet({
  network_id: externalNetworkId,
  id: '56000000-0000-4000-8000-00000000000e',
  cidr: '2001:db8:1::/64',
  gateway_ip: '2001:db8:1::1',
})

/** The external network with more subnets, of which the gateway port has addresses in those that are named. */
function externalCloud(
  subnets: readonly (typeof externalIpv6)[],
  addresses: Readonly<Record<string, string>>,
) {
  const fixed_ips = [
    ...gatewayPort.fixed_ips,
    ...Object.entries(addresses).map(([subnet_id, ip_address]) => ({ subnet_id, ip_address })),
  ]
  return routedCloud(
    { release: '2026.1' },
    {
      networks: [
        network(),
        { ...externalNetwork, subnets: [...externalNetwork.subnets, ...subnets] },
      ],
      ports: [dhcpPort, routerPort, { ...gatewayPort, fixed_ips }],
    },
  )
}

const dualExternal = externalCloud([externalIpv6], { [externalIpv6.id]: '2001:db8:1::10' })
const unusedSubnet = subnet({
  id: 'unused',
  network_id: externalNetworkId,
  cidr: '198.51.100.0/24',
})

const routes = test.macro({
  exec(t, _name: string, cloud: Cloud, expected: readonly string[]) {
    t.deepEqual(
      namespaceOf(cloud).routes.map(({ family, arguments: text }) => `${family}: ${text}`),
      expected,
    )
  },
  title: (_, name) => `routes: ${name}`,
})
const viaGateway = '4: replace default via 203.0.113.1 dev qg-feedbeef-11 proto static'

test(routes, 'the external gateway', routedCloud(), [viaGateway])
test(routes, 'one per IP version', dualExternal, [
  viaGateway,
  '6: replace default via 2001:db8:1::1 dev qg-feedbeef-11 proto static',
])
test(
  routes,
  'an external subnet without an address on the port is on the link',
  externalCloud([unusedSubnet], {}),
  ['4: replace 198.51.100.0/24 dev qg-feedbeef-11 proto static scope link', viaGateway],
)
test(routes, 'none without a gateway', routedCloud({}, withoutGateway), [])

const sysctls = test.macro({
  exec(t, _name: string, release: string, facts: typeof machineFacts, expected: readonly string[]) {
    const found = namespaceOf(routedCloud({ release }), facts).sysctls
    t.deepEqual(
      Object.entries(found).map(([key, value]) => `${key}=${value}`),
      expected,
    )
  },
  title: (_, name) => `sysctls: ${name}`,
})
const promote = 'net.ipv4.conf.all.promote_secondaries=1'
const routing = [
  'net.ipv4.ip_forward=1',
  'net.ipv4.conf.all.arp_ignore=1',
  'net.ipv4.conf.all.arp_announce=2',
]
const ipv6Routing = 'net.ipv6.conf.all.forwarding=1'

test(sysctls, 'ussuri', 'ussuri', machineFacts, [promote, ...routing, ipv6Routing])
test(sysctls, 'ussuri without IPv6', 'ussuri', ipv4Facts, [promote, ...routing])
test(sysctls, '2026.1', '2026.1', machineFacts, [
  promote,
  'net.netfilter.nf_conntrack_tcp_be_liberal=1',
  ...routing,
  ipv6Routing,
])
test(sysctls, '2026.1 where conntrack lacks the key', '2026.1', { ...machineFacts, sysctls: [] }, [
  promote,
  ...routing,
  ipv6Routing,
])

const acceptRa = test.macro({
  exec(t, _name: string, cloud: Cloud, facts: typeof machineFacts, expected: string | undefined) {
    t.is(
      namespaceOf(cloud, facts).gatewaySysctls['net.ipv6.conf.qg-feedbeef-11.accept_ra'],
      expected,
    )
  },
  title: (_, name, __, ___, expected) => `accept_ra on the gateway device is ${expected}: ${name}`,
})

test(acceptRa, 'no IPv6 gateway', routedCloud(), machineFacts, '2')
test(acceptRa, 'an IPv6 gateway', dualExternal, machineFacts, '0')
test(acceptRa, 'no IPv6', routedCloud(), ipv4Facts, undefined)
test(
  acceptRa,
  'an MTU that IPv6 is not to be had with',
  routedCloud({}, { networks: [network(), { ...externalNetwork, mtu: 1279 }] }),
  machineFacts,
  undefined,
)

test('without IPv6 a router has IPv4 addresses alone', t => {
  const addresses = (facts: typeof machineFacts) =>
    namespaceOf(dualExternal, facts).gateway?.addresses.map(({ address }) => address)
  t.deepEqual(addresses(machineFacts), ['203.0.113.10/24', '2001:db8:1::10/64'])
  t.deepEqual(addresses(ipv4Facts), ['203.0.113.10/24'])
})

test("zed: without a gateway the rules are those that Debian's drivers wrote, and the address scopes", t => {
  const golden = readRecorded('golden', 'iptables-qrouter.rules')
    .split('\n')
    .filter(line => !line.endsWith('-scope -m mark --mark 0x1/0xffff -j DROP'))
  const { iptables } = namespaceOf(routedCloud({ release: 'zed' }, withoutGateway))
  const ours = (iptables ?? '').trimEnd().split('\n')
  t.deepEqual(
    ours.filter((line, at) => !isOfAddressScope(line, at < ours.indexOf('*raw'))),
    golden.filter(line => line !== ''),
  )
})

/** The recorded router was not processed: its mangle table had no scope chains, and filter's had no rule for its port. */
function isOfAddressScope(line: string, inMangle: boolean): boolean {
  return (inMangle && /scope|float|connmark/.test(line)) || line.includes('0x4000000/')
}

const has = test.macro({
  exec(
    t,
    _name: string,
    namespace: RouterNamespace,
    family: 'iptables' | 'ip6tables',
    pattern: RegExp,
    expected: readonly string[],
  ) {
    const lines = namespace[family]?.split('\n') ?? []
    t.deepEqual(
      lines.filter(line => line.startsWith('-A') && pattern.test(line)),
      expected,
    )
  },
  title: (_, name) => `rules: ${name}`,
})
const l3 = '-A neutron-l3-agent'
const request = '-d 169.254.169.254/32 -i qr-+ -p tcp -m tcp --dport 80'
const ipv6Request = '-d fe80::a9fe:a9fe/128 -i qr-+ -p tcp -m tcp --dport 80'
const noProxy = namespaceOf(
  routedCloud({ release: '2026.1', l3_agent: { enable_metadata_proxy: false } }),
)

test(
  has,
  'without enable_metadata_proxy the mark alone stays',
  noProxy,
  'iptables',
  /0x1\/|9697|REDIRECT/,
  [`${l3}-PREROUTING ${request} -j MARK --set-xmark 0x1/0xffff`],
)
test(has, 'and in IPv6', noProxy, 'ip6tables', /0x1\/|9697|REDIRECT/, [
  `${l3}-PREROUTING ${ipv6Request} -j MARK --set-xmark 0x1/0xffff`,
])
test(
  has,
  'ussuri knows no IPv6 metadata',
  namespaceOf(routedCloud()),
  'ip6tables',
  /0x1\/|9697|REDIRECT/,
  [],
)
test(
  has,
  '2026.1 redirects IPv6, too',
  namespaceOf(routedCloud({ release: '2026.1' })),
  'ip6tables',
  /0x1\/|9697|REDIRECT/,
  [
    `${l3}-PREROUTING ${ipv6Request} -j MARK --set-xmark 0x1/0xffff`,
    `${l3}-INPUT -m mark --mark 0x1/0xffff -j ACCEPT`,
    `${l3}-INPUT -p tcp -m tcp --dport 9697 -j DROP`,
    `${l3}-PREROUTING ${ipv6Request} -j REDIRECT --to-ports 9697`,
  ],
)
test(
  has,
  "port and marks are the options', marks as iptables-save prints them",
  namespaceOf(
    routedCloud({
      l3_agent: { metadata_port: 8080, metadata_access_mark: '0X0A', external_ingress_mark: '11' },
    }),
  ),
  'iptables',
  /0xa\/|0xb\/|8080/,
  [
    `${l3}-PREROUTING ${request} -j MARK --set-xmark 0xa/0xffff`,
    `${l3}-mark -i qg-feedbeef-11 -j MARK --set-xmark 0xb/0xffff`,
    `${l3}-INPUT -m mark --mark 0xa/0xffff -j ACCEPT`,
    `${l3}-INPUT -p tcp -m tcp --dport 8080 -j DROP`,
    `${l3}-PREROUTING ${request} -j REDIRECT --to-ports 8080`,
    `${l3}-snat -m mark ! --mark 0xb/0xffff -m conntrack --ctstate DNAT -j SNAT --to-source 203.0.113.10 --random-fully`,
  ],
)

const noSnat = namespaceOf(
  routedCloud(
    {},
    {
      routers: [
        { ...router, external_gateway_info: { network_id: externalNetworkId, enable_snat: false } },
      ],
    },
  ),
)

test(
  has,
  "enable_snat off hides nobody and keeps the gateway's scope closed",
  noSnat,
  'iptables',
  /SNAT|save-mark|-o qg/,
  [
    `${l3}-float-snat -m connmark --mark 0x0/0xffff0000 -j CONNMARK --save-mark --nfmask 0xffff0000 --ctmask 0xffff0000`,
    `${l3}-scope -o qg-feedbeef-11 -m mark ! --mark 0x4000000/0xffff0000 -j DROP`,
    `${l3}-POSTROUTING ! -o qg-feedbeef-11 -m conntrack ! --ctstate DNAT -j ACCEPT`,
    `${l3}-snat -m mark ! --mark 0x2/0xffff -m conntrack --ctstate DNAT -j SNAT --to-source 203.0.113.10 --random-fully`,
  ],
)
test(
  has,
  'rocky excludes the gateway as input, too',
  namespaceOf(routedCloud({ release: 'rocky' })),
  'iptables',
  /ctstate DNAT -j ACCEPT/,
  [
    `${l3}-POSTROUTING ! -i qg-feedbeef-11 ! -o qg-feedbeef-11 -m conntrack ! --ctstate DNAT -j ACCEPT`,
  ],
)
test(
  has,
  'a gateway with IPv6 alone has no SNAT',
  namespaceOf(
    routedCloud(
      { release: '2026.1' },
      {
        networks: [network(), { ...externalNetwork, subnets: [externalIpv6] }],
        ports: [
          routerPort,
          {
            ...gatewayPort,
            fixed_ips: [{ subnet_id: externalIpv6.id, ip_address: '2001:db8:1::10' }],
          },
        ],
      },
    ),
  ),
  'iptables',
  /SNAT|-[io] qg/,
  [
    `${l3}-POSTROUTING -o qg-feedbeef-11 -m connmark --mark 0x0/0xffff0000 -j CONNMARK --save-mark --nfmask 0xffff0000 --ctmask 0xffff0000`,
  ],
)
test(
  has,
  'IPv6 scopes guard the devices that have IPv6 addresses',
  namespaceOf(dualExternal),
  'ip6tables',
  /0x4000000/,
  [
    `${l3}-scope -i qg-feedbeef-11 -j MARK --set-xmark 0x4000000/0xffff0000`,
    `${l3}-scope -o qg-feedbeef-11 -m mark ! --mark 0x4000000/0xffff0000 -j DROP`,
  ],
)

test("the fixture's gateway address lies in its external subnet", t => {
  t.deepEqual(
    gatewayPort.fixed_ips.map(({ subnet_id }) => subnet_id),
    [externalSubnetId],
  )
})

const setsOnRouters = test.macro({
  title: (_, release: string) => `${release}: what the agent sets in qrouter and on its gateway`,
  exec(t, release: string, sysctls: string[], onGateway: string[]) {
    const made = namespaceOf(routedCloud({ release }))
    t.deepEqual(Object.keys(made.sysctls), sysctls)
    t.deepEqual(Object.keys(made.gatewaySysctls), onGateway)
  },
})

const promoteKey = 'net.ipv4.conf.all.promote_secondaries'
const forward = 'net.ipv4.ip_forward'
const forwardIpv6 = 'net.ipv6.conf.all.forwarding'
const acceptRaKey = 'net.ipv6.conf.qg-feedbeef-11.accept_ra'
const strictArp = ['net.ipv4.conf.all.arp_ignore', 'net.ipv4.conf.all.arp_announce']
const onGateway = [acceptRaKey, 'net.ipv6.conf.qg-feedbeef-11.forwarding', forwardIpv6]
test(setsOnRouters, 'havana', [forward], [])
test(setsOnRouters, 'juno', [promoteKey, forward, forwardIpv6], [])
test(setsOnRouters, 'mitaka', [promoteKey, forward, forwardIpv6], [acceptRaKey])
test(setsOnRouters, 'newton', [promoteKey, forward, forwardIpv6], onGateway)
test(setsOnRouters, 'ocata', [promoteKey, forward, ...strictArp, forwardIpv6], onGateway)

const withoutProxy = test.macro({
  title: (_, release: string) =>
    `${release}: rules about metadata where enable_metadata_proxy is off`,
  exec(t, release: string, count: number) {
    const cloud = routedCloud({ release, l3_agent: { enable_metadata_proxy: false } })
    const lines = namespaceOf(cloud).iptables?.split('\n') ?? []
    t.is(lines.filter(line => /169\.254|9697/.test(line)).length, count)
  },
})

test(withoutProxy, 'havana', 0)
test(withoutProxy, 'juno', 0)
test(withoutProxy, 'ocata', 0)
test(withoutProxy, 'pike', 1)

test('up to Kilo a gateway without SNAT has no rule for what floating IPs need', t => {
  const rules = (release: string) => {
    const cloud = routedCloud({ release })
    const routers = cloud.routers.map(one => ({
      ...one,
      external_gateway_info: { network_id: externalNetworkId, enable_snat: false },
    }))
    const { iptables } = namespaceOf({ ...cloud, routers })
    return iptables?.split('\n').filter(line => line.includes('--ctstate DNAT')).length
  }
  t.deepEqual(['havana', 'kilo', 'liberty'].map(rules), [0, 0, 2])
})
