import test from 'ava'
import { deriveCloud } from '../../src/cloud/derive-cloud.ts'
import { readTopology } from '../../src/topology/read-topology.ts'

const net = 'networks: {net: {subnets: [{cidr: 10.0.0.0/24}]}}'

const mistakes = test.macro({
  title: (_, nova: string) => `a mistake: nova: ${nova}`,
  exec(t, nova: string, expected: string) {
    const reading = readTopology({ path: 'lab.yaml', text: `${net}\nnova: ${nova}\n` })
    const found = reading.ok
      ? []
      : reading.mistakes.map(({ message, position, hint }) =>
          [`${position.line}:${position.column} ${message}`, hint].filter(Boolean).join(' | '),
        )
    t.deepEqual(found, [expected])
  },
})

test(
  mistakes,
  '{api: {vendordata: {a: 1}, vendordata_jsonfile_path: /etc/v.json}}',
  '2:34 `vendordata_jsonfile_path` stands beside `vendordata`, which is written in its place | leave one of them out',
)
test(
  mistakes,
  '{api: {vendordata_jsonfile_path: ""}}',
  '2:40 `vendordata_jsonfile_path` must not be empty',
)
test(
  mistakes,
  '{api: {vendordata_dynamic_targets: ["a@http://192.0.2.1/"]}}',
  '2:14 nova asks no target without the provider DynamicJSON | add `vendordata_providers: [StaticJSON, DynamicJSON]`',
)
test(
  mistakes,
  '{api: {vendordata_providers: [StaticJSON, Dynamic]}}',
  '2:49 `vendordata_providers[1]` must be StaticJSON or DynamicJSON',
)
test(
  mistakes,
  '{api: {vendordata_dynamic_connect_timeout: 2}}',
  '2:50 `vendordata_dynamic_connect_timeout` must be at least 3, which is nova’s limit',
)
test(
  mistakes,
  '{neutron: {metadata_proxy_shared_secret: "a\\nb"}}',
  '2:48 `metadata_proxy_shared_secret` must be one line',
)

test('nova has its agent’s secret unless the topology gives it one of its own, were it empty', t => {
  const secretOf = (text: string) => {
    const reading = readTopology({ path: 'lab.yaml', text: `${net}\n${text}\n` })
    if (!reading.ok) throw new Error('the topology has mistakes')
    const cloud = deriveCloud(reading.topology, { lab: 'x', secret: 'random' })
    return cloud.nova.neutron.metadata_proxy_shared_secret
  }
  t.is(secretOf(''), 'random')
  t.is(secretOf('neutron: {metadata_agent: {metadata_proxy_shared_secret: theirs}}'), 'theirs')
  t.is(secretOf('nova: {neutron: {metadata_proxy_shared_secret: other}}'), 'other')
  t.is(secretOf('nova: {neutron: {metadata_proxy_shared_secret: ""}}'), '')
})
