import test from 'ava'
import fc from 'fast-check'
import { metadataProxiesOf } from '../../src/neutron/haproxy.ts'
import { type HaproxyConfig, renderHaproxyConfig } from '../../src/neutron/haproxy-config.ts'
import type { RateLimits } from '../../src/neutron/rate-limiting.ts'
import { type HaproxyRelease, neutronRelease } from '../../src/neutron/release.ts'
import { releaseNames } from '../../src/topology/release-names.ts'
import { isolatedCloud, machineFacts, network } from '../fixtures/cloud.ts'

const duration = fc.integer({ min: 1, max: 2_147_483 })
const limit = fc.integer({ min: 0, max: 2 ** 31 - 1 })

const rateLimits: fc.Arbitrary<RateLimits> = fc.record({
  tableType: fc.constantFrom('ip', 'ipv6'),
  base_window_duration: duration,
  base_query_rate_limit: limit,
  burst_window_duration: duration,
  burst_query_rate_limit: limit,
})

const configs: fc.Arbitrary<HaproxyConfig> = fc.record({
  sends: fc.record({ header: fc.constantFrom('network', 'router', 'ovn-network'), id: fc.uuid() }),
  bind: fc.record({ address: fc.ipV4(), port: fc.integer({ min: 1, max: 65_535 }) }),
  ipv6Bind: fc.option(fc.record({ address: fc.ipV6(), device: fc.constant('tapd1a2b3c4-56') })),
  rateLimits: fc.option(rateLimits),
  user: fc.constant('nobody'),
  group: fc.constant('nogroup'),
  pidFile: fc.uuid().map(id => `/var/lib/neutron/external/pids/${id}.pid.haproxy`),
  metadataProxySocket: fc.constant('/var/lib/neutron/metadata_proxy'),
})
const releases = fc.constantFrom(...releaseNames).map(name => neutronRelease(name).haproxy)

test('one id is sent, one place listened on, and one server asked', t => {
  fc.assert(
    fc.property(configs, releases, (config, release) => {
      const lines = renderHaproxyConfig(config, release).split('\n')
      const holding = (word: string) => lines.filter(line => line.includes(word))
      t.is(holding(config.sends.id).length, release.logTag ? 2 : 1)
      const isOvn = config.sends.header === 'ovn-network'
      const replaces = !isOvn && release.replacesHeaders
      t.is(holding('set-header').length, replaces ? 1 : 0)
      t.is(holding('del-header').length, replaces ? 1 : 0)
      t.is(holding('add-header').length, replaces ? 0 : 1)
      t.is(holding(' bind ').length, hasIpv6Line(config, release) ? 2 : 1)
      t.deepEqual(
        lines.filter(line => line.startsWith('    server ')),
        [`    server metadata ${config.metadataProxySocket}`],
      )
      t.deepEqual(holding(' pidfile '), [`    pidfile     ${config.pidFile}`])
    }),
  )
})

/** Only releases that write the line limit rates. */
function hasIpv6Line({ ipv6Bind, rateLimits }: HaproxyConfig, release: HaproxyRelease): boolean {
  return ipv6Bind !== null && (release.ipv6BindLine || rateLimits !== null)
}

test('limits stand between where haproxy listens and whom it asks, each number once', t => {
  fc.assert(
    fc.property(configs, rateLimits, releases, (config, limits, release) => {
      const unlimited = renderHaproxyConfig({ ...config, rateLimits: null }, release)
      t.notRegex(unlimited, /stick-table|track-sc|deny/)
      const text = renderHaproxyConfig({ ...config, rateLimits: limits }, release)
      const listen = text.indexOf('listen listener')
      const server = text.indexOf('    server metadata')
      for (const name of ['base', 'burst'] as const) {
        const deny = `{ src_http_req_rate(${name}_rate_limiter) gt ${limits[`${name}_query_rate_limit`]} }`
        t.true(listen < text.indexOf(deny) && text.indexOf(deny) < server)
        t.is(text.split(deny).length, 2)
        t.true(text.indexOf(`\nbackend ${name}_rate_limiter\n`) < listen)
      }
    }),
  )
})

test('names of the topology are nowhere in it', t => {
  const plain = metadataProxiesOf(isolatedCloud(), machineFacts)
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), name => {
      const cloud = isolatedCloud({}, { networks: [network({ name })] })
      t.deepEqual(metadataProxiesOf(cloud, machineFacts), plain)
    }),
  )
})
