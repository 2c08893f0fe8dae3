import test from 'ava'
import { readTopology } from '../../src/topology/read-topology.ts'

const finds = test.macro({
  exec(t, neutron: string, ...expected: string[]) {
    const reading = readTopology({
      path: 'lab.yaml',
      text: `neutron: ${neutron}\nnetworks: {a: {}}\n`,
    })
    const found = reading.ok
      ? []
      : reading.mistakes.map(({ message, position: { column }, hint }) =>
          [`${column} ${message}`, ...(hint === undefined ? [] : [hint])].join(' | '),
        )
    t.deepEqual(found, expected)
  },
  title: (_, neutron) => `mistakes in neutron: ${neutron}`,
})

test(finds, '{metadata_proxy: ns-metadata-proxy}')
test(finds, '{metadata_rate_limiting: {rate_limit_enabled: true, ip_versions: [4, 6]}}')
test(finds, '{metadata_rate_limiting: {rate_limit_enabled: true, base_query_rate_limit: 0}}')
test(
  finds,
  '{metadata_proxy: nginx}',
  '27 `metadata_proxy` must be `haproxy` or `ns-metadata-proxy`',
)
test(
  finds,
  '{metadata_proxy: ns-metadata-proxy, metadata_rate_limiting: {rate_limit_enabled: true}}',
  '91 haproxy limits rates, and `metadata_proxy: ns-metadata-proxy` takes its place | leave one of the two out',
)
test(finds, '{metadata_proxy: ns-metadata-proxy, metadata_rate_limiting: {ip_versions: [6]}}')
test(finds, '{metadata_rate_limiting: {ip_versions: [5]}}', '50 `ip_versions[0]` must be 4 or 6')
test(
  finds,
  '{metadata_rate_limiting: {base_window_duration: 0, burst_window_duration: 2147484}}',
  '58 `base_window_duration` must be at least 1',
  '84 `burst_window_duration` is too large for haproxy, which takes up to 2147483',
)
test(
  finds,
  '{metadata_rate_limiting: {base_query_rate_limit: -1, burst_query_rate_limit: 1.5}}',
  '59 `base_query_rate_limit` must not be negative',
  '87 `burst_query_rate_limit` must be a whole number of requests',
)
test(
  finds,
  '{metadata_rate_limiting: {rate_limit_enable: true}}',
  '36 unknown key `rate_limit_enable` | did you mean `rate_limit_enabled`?',
)
