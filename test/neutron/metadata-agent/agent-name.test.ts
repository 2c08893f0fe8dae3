import test from 'ava'
import {
  type MetadataAgentName,
  metadataAgentName,
} from '../../../src/neutron/metadata-agent/agent-name.ts'
import type { ReleaseName } from '../../../src/topology/release-names.ts'

const runs = test.macro({
  title: (_, mechanism_driver: string, release: ReleaseName, name: string) =>
    `${mechanism_driver} ${release}: ${name}`,
  exec(t, mechanism_driver: 'openvswitch' | 'ovn', release: ReleaseName, name: MetadataAgentName) {
    t.is(metadataAgentName({ mechanism_driver, release }), name)
  },
})

test(runs, 'openvswitch', 'queens', 'neutron-metadata-agent')
test(runs, 'openvswitch', '2026.1', 'neutron-metadata-agent')
test(runs, 'ovn', 'ussuri', 'neutron-ovn-metadata-agent')
test(runs, 'ovn', '2025.1', 'neutron-ovn-metadata-agent')
test(runs, 'ovn', '2025.2', 'neutron-ovn-agent')
