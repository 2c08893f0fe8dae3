import test from 'ava'
import type { Cloud } from '../../src/cloud/cloud.ts'
import type { MetadataProxy } from '../../src/neutron/haproxy.ts'
import { metadataProxiesOf } from '../../src/neutron/haproxy.ts'
import {
  dhcpPort,
  dhcpPortId,
  ipv6Subnet,
  isolatedCloud,
  machineFacts,
  network,
  networkId,
  routedCloud,
  routerId,
  routerPort,
  subnet,
  subnetId,
} from '../fixtures/cloud.ts'
import { readRecorded } from '../fixtures/recorded.ts'

const ipv4Facts = { ...machineFacts, ipv6: false }
const dualStack = { networks: [network({ subnets: [subnet(), ipv6Subnet()] })] }

function configOf(cloud: Cloud, facts = machineFacts): string | undefined {
  return metadataProxiesOf(cloud, facts)[0]?.config
}

test('ussuri: the configuration in qdhcp, whole', t => {
  t.is(
    configOf(isolatedCloud({ release: 'ussuri' })),
    `
global
    log         /dev/log local0 info
    log-tag     haproxy-metadata-proxy-${networkId}
    user        neutron
    group       neutron
    maxconn     1024
    pidfile     /var/lib/neutron/external/pids/${networkId}.pid.haproxy
    daemon

defaults
    log global
    mode http
    option httplog
    option dontlognull
    option http-server-close
    option forwardfor
    retries                 3
    timeout http-request    30s
    timeout connect         30s
    timeout client          32s
    timeout server          32s
    timeout http-keep-alive 30s

listen listener
    bind 169.254.169.254:80
    server metadata /var/lib/neutron/metadata_proxy
    http-request del-header X-Neutron-Router-ID
    http-request set-header X-Neutron-Network-ID ${networkId}
`,
  )
})

test('2026.1: the configuration in qrouter, whole', t => {
  t.is(
    configOf(routedCloud({ release: '2026.1' })),
    `
global
    log         /dev/log local0 info
    log-tag     haproxy-metadata-proxy-${routerId}
    user        neutron
    group       neutron
    maxconn     1024
    nbthread    2
    pidfile     /var/lib/neutron/external/pids/${routerId}.pid.haproxy
    daemon

defaults
    log global
    mode http
    option httplog
    option dontlognull
    option http-server-close
    option forwardfor
    retries                 3
    timeout http-request    30s
    timeout connect         30s
    timeout client          32s
    timeout server          32s
    timeout http-keep-alive 30s

listen listener
    bind :::9697
${' '.repeat(4)}
    server metadata /var/lib/neutron/metadata_proxy

    http-request del-header X-Neutron-Network-ID
    http-request set-header X-Neutron-Router-ID ${routerId}
`,
  )
})

test("zed: the configuration is the one that Debian's agent wrote", t => {
  const expected = readRecorded('golden', 'haproxy-qdhcp.cfg')
    .replaceAll('a0000000-0000-4000-8000-00000000000a', networkId)
    .replaceAll('tapda0a0a0a-d0', `tap${dhcpPortId.slice(0, 11)}`)
  t.is(configOf(isolatedCloud({ release: 'zed' })), expected)
})

const listenSection = test.macro({
  exec(t, _name: string, cloud: Cloud, facts: typeof machineFacts, expected: readonly string[]) {
    const lines = configOf(cloud, facts)?.split('\n') ?? []
    t.deepEqual(lines.slice(lines.indexOf('listen listener') - 2, -3), expected)
  },
  title: (_, name) => `the part from above "listen" to the headers, ${name}`,
})

const keepAlive = '    timeout http-keep-alive 30s'
const ipv4Bind = '    bind 169.254.169.254:80'
const ipv6Bind = '    bind fe80::a9fe:a9fe:80 interface tapd1a2b3c4-56'
const server = '    server metadata /var/lib/neutron/metadata_proxy'
const above = [keepAlive, '', 'listen listener']

test(listenSection, 'train', isolatedCloud({ release: 'train' }), machineFacts, [
  ...above,
  ipv4Bind,
  server,
])
test(listenSection, 'victoria', isolatedCloud({ release: 'victoria' }), machineFacts, [
  ...above,
  ipv4Bind,
  ipv6Bind,
  server,
])
test(listenSection, 'victoria without IPv6', isolatedCloud({ release: 'victoria' }), ipv4Facts, [
  ...above,
  ipv4Bind,
  '    ',
  server,
])
test(
  listenSection,
  'victoria, an MTU that IPv6 is not to be had with',
  isolatedCloud({ release: 'victoria' }, { networks: [network({ mtu: 1279 })] }),
  machineFacts,
  [...above, ipv4Bind, '    ', server],
)
test(
  listenSection,
  '2023.1 with its two empty lines',
  isolatedCloud({ release: '2023.1' }),
  ipv4Facts,
  ['', '', 'listen listener', ipv4Bind, '    ', server],
)
test(listenSection, '2023.2', isolatedCloud({ release: '2023.2' }), machineFacts, [
  ...above,
  ipv4Bind,
  ipv6Bind,
  server,
  '',
])
test(
  listenSection,
  '2026.1 without an IPv6 subnet',
  isolatedCloud({ release: '2026.1' }),
  machineFacts,
  [...above, ipv4Bind, '    ', server, ''],
)
test(
  listenSection,
  '2026.1 with an IPv6 subnet',
  isolatedCloud({ release: '2026.1' }, dualStack),
  machineFacts,
  [...above, ipv4Bind, ipv6Bind, server, ''],
)

function facts({ config: _, ...rest }: MetadataProxy) {
  return rest
}

test("a proxy in qdhcp is the DHCP agent's, with files named by the network", t => {
  t.deepEqual(
    metadataProxiesOf(isolatedCloud({ release: '2026.1' }, dualStack), machineFacts).map(facts),
    [
      {
        id: networkId,
        namespace: `qdhcp-${networkId}`,
        configPath: `/var/lib/neutron/ns-metadata-proxy/${networkId}.conf`,
        pidFile: `/var/lib/neutron/external/pids/${networkId}.pid.haproxy`,
        argv: ['haproxy', '-f', `/var/lib/neutron/ns-metadata-proxy/${networkId}.conf`],
        processTag: `haproxy-${networkId}`,
        owner: 'neutron-dhcp-agent',
        listens: [
          { address: '169.254.169.254', port: 80 },
          { address: 'fe80::a9fe:a9fe', port: 80, device: 'tapd1a2b3c4-56' },
        ],
      },
    ],
  )
})

const routerListens = test.macro({
  exec(t, _name: string, cloud: Cloud, facts: typeof machineFacts, expected: readonly unknown[]) {
    t.deepEqual(
      metadataProxiesOf(cloud, facts).flatMap(({ owner, namespace, listens }) => [
        owner,
        namespace,
        ...listens,
      ]),
      expected,
    )
  },
  title: (_, name) => `who serves a routed network, ${name}`,
})
const l3 = ['neutron-l3-agent', `qrouter-${routerId}`]

test(routerListens, 'ussuri', routedCloud(), machineFacts, [
  ...l3,
  { address: '0.0.0.0', port: 9697 },
])
test(routerListens, '2026.1', routedCloud({ release: '2026.1' }), machineFacts, [
  ...l3,
  { address: '::', port: 9697 },
])
test(routerListens, '2026.1 without IPv6', routedCloud({ release: '2026.1' }), ipv4Facts, [
  ...l3,
  { address: '0.0.0.0', port: 9697 },
])
test(
  routerListens,
  'another metadata_port',
  routedCloud({ l3_agent: { metadata_port: 8080 } }),
  machineFacts,
  [...l3, { address: '0.0.0.0', port: 8080 }],
)
test(
  routerListens,
  'enable_metadata_proxy off',
  routedCloud({ l3_agent: { enable_metadata_proxy: false } }),
  machineFacts,
  [],
)
test(
  routerListens,
  'force_metadata',
  routedCloud({ dhcp_agent: { force_metadata: true } }),
  machineFacts,
  [
    'neutron-dhcp-agent',
    `qdhcp-${networkId}`,
    { address: '169.254.169.254', port: 80 },
    ...l3,
    { address: '0.0.0.0', port: 9697 },
  ],
)

test("of two proxies with one id, which a metadata network makes, the DHCP agent's stands", t => {
  const cloud = routedCloud(
    { dhcp_agent: { enable_metadata_network: true } },
    {
      networks: [network({ subnets: [subnet({ cidr: '169.254.169.240/28', gateway_ip: null })] })],
      ports: [
        { ...dhcpPort, fixed_ips: [{ subnet_id: subnetId, ip_address: '169.254.169.242' }] },
        { ...routerPort, fixed_ips: [{ subnet_id: subnetId, ip_address: '169.254.169.241' }] },
      ],
    },
  )
  const proxies = metadataProxiesOf(cloud, machineFacts)
  t.deepEqual(
    proxies.map(({ id, namespace }) => [id, namespace]),
    [[routerId, `qdhcp-${networkId}`]],
  )
  t.regex(proxies[0]?.config ?? '', /set-header X-Neutron-Router-ID/)
})
