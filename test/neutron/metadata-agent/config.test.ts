import test from 'ava'
import { metadataAgentConfig } from '../../../src/neutron/metadata-agent/config.ts'
import { sampleCloud, sampleFacts } from './sample-cloud.ts'

const config = metadataAgentConfig(sampleCloud, sampleFacts)

test('the configuration survives JSON', t => {
  t.deepEqual(JSON.parse(JSON.stringify(config)), config)
})

test("the agent is told its options, its user and every port's addresses", t => {
  t.like(config, {
    ...sampleCloud.neutron.metadata_agent,
    release: 'ussuri',
    uid: 112,
    gid: 118,
    pidFile: '/var/lib/lab/demo/run/neutron-metadata-agent.pid',
  })
  t.deepEqual(
    config.ports.map(port => port.ip_addresses),
    [['10.0.0.2'], ['10.0.0.1'], ['10.0.0.5']],
  )
})

test('a release that nobody knows is refused', t => {
  const cloud = { ...sampleCloud, neutron: { ...sampleCloud.neutron, release: 'zzz' } }
  t.throws(() => metadataAgentConfig(cloud, sampleFacts), { message: /no release named zzz/ })
})
