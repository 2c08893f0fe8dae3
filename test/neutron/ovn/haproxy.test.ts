import test from 'ava'
import { metadataProxiesOf } from '../../../src/neutron/haproxy.ts'
import { ovnMetadataNamespaceOf } from '../../../src/neutron/ovn/metadata-namespace.ts'
import { machineFacts } from '../../fixtures/cloud.ts'
import { hostNamed, networkNamed, ovnCloud, privateId } from './ovn-clouds.ts'

function proxyOf(neutron: string, host = 'compute1') {
  const cloud = ovnCloud(neutron)
  const network = networkNamed(cloud, 'private')
  const namespace = ovnMetadataNamespaceOf(cloud, network, hostNamed(cloud, host), machineFacts)
  const places = namespace === null ? [] : [namespace.proxy]
  return metadataProxiesOf(cloud, machineFacts, places)[0]
}

test('ussuri: the whole configuration, which names no log-tag', t => {
  t.is(
    proxyOf(', release: ussuri')?.config,
    `
global
    log         /dev/log local0 info
    user        neutron
    group       neutron
    maxconn     1024
    pidfile     /var/lib/lab/test/external/pids/${privateId}.pid.haproxy
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
    server metadata /var/lib/lab/test/metadata_proxy
    http-request add-header X-OVN-Network-ID ${privateId}
`,
  )
})

const part = test.macro({
  title: (_, name: string, ..._expected: string[]) => `${name}: what stands behind the time-outs`,
  exec(t, _: string, neutron: string, host: string, ...expected: string[]) {
    const lines = proxyOf(neutron, host)?.config.split('\n') ?? []
    t.deepEqual(lines.slice(lines.indexOf('    timeout http-keep-alive 30s') + 1), [
      ...expected,
      `    http-request add-header X-OVN-Network-ID ${privateId}`,
      '',
    ])
  },
})

const listens = ['listen listener', '    bind 169.254.169.254:80']
const server = '    server metadata /var/lib/lab/test/metadata_proxy'
const ipv6 = '    bind fe80::a9fe:a9fe:80 interface tap0aa11bb2-21'
test(part, 'zed', ', release: zed', 'compute2', '', ...listens, server)
test(part, '2023.1', ", release: '2023.1'", 'compute2', '', '', ...listens, server)
test(part, '2023.2', ", release: '2023.2'", 'compute2', '', ...listens, server, '')
test(part, '2024.1', ", release: '2024.1'", 'compute2', '', ...listens, ipv6, server, '')
test(part, '2026.1', '', 'compute2', '', ...listens, ipv6, server, '')
test(part, '2026.1 without IPv6', '', 'compute1', '', ...listens, '    ', server, '')

const limits = ', metadata_rate_limiting: {rate_limit_enabled: true}'
test(
  part,
  '2023.2 with limits, whose template has the IPv6 line before there is one',
  `, release: '2023.2'${limits}`,
  'compute2',
  '',
  'backend base_rate_limiter',
  '    stick-table type ip size 10k expire 10s store http_req_rate(10s)',
  '',
  'backend burst_rate_limiter',
  '    stick-table type ip size 10k expire 10s store http_req_rate(10s)',
  '',
  ...listens,
  '    ',
  '',
  '    http-request track-sc0 src table base_rate_limiter',
  '    http-request track-sc1 src table burst_rate_limiter',
  '    http-request deny deny_status 429 if { src_http_req_rate(base_rate_limiter) gt 10 }',
  '    http-request deny deny_status 429 if { src_http_req_rate(burst_rate_limiter) gt 10 }',
  '',
  server,
  '',
)

test('zed names the log-tag', t => {
  t.true(
    proxyOf(', release: zed')?.config.includes(`log-tag     haproxy-metadata-proxy-${privateId}\n`),
  )
})

test("the proxy is the OVN agent's, with files named by the network", t => {
  t.like(proxyOf('', 'compute2'), {
    id: privateId,
    owner: 'neutron-ovn-metadata-agent',
    namespace: `ovnmeta-${privateId}`,
    configPath: `/var/lib/lab/test/ovn-metadata-proxy/${privateId}.conf`,
    pidFile: `/var/lib/lab/test/external/pids/${privateId}.pid.haproxy`,
    processTag: `haproxy-${privateId}`,
    listens: [
      { address: '169.254.169.254', port: 80 },
      { address: 'fe80::a9fe:a9fe', port: 80, device: 'tap0aa11bb2-21' },
    ],
  })
})
