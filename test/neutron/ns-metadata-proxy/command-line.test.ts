import test from 'ava'
import type { Cloud } from '../../../src/cloud/cloud.ts'
import { nsMetadataProxiesOf } from '../../../src/neutron/ns-metadata-proxy/command-line.ts'
import {
  isolatedCloud,
  machineFacts,
  networkId,
  routedCloud,
  routerId,
} from '../../fixtures/cloud.ts'

const common = ['--metadata_proxy_user=64057', '--metadata_proxy_group=64057'] as const

test("in qdhcp it is the DHCP agent's, on port 80 of every IPv4 address", t => {
  t.deepEqual(nsMetadataProxiesOf(isolatedCloud({ release: '2026.1' }), machineFacts), [
    {
      id: networkId,
      owner: 'neutron-dhcp-agent',
      namespace: `qdhcp-${networkId}`,
      pidFile: `/var/lib/neutron/external/pids/${networkId}.pid`,
      logFile: `/var/lib/neutron/log/neutron-ns-metadata-proxy-${networkId}.log`,
      listens: { address: '0.0.0.0', port: 80 },
      arguments: [
        `--pid_file=/var/lib/neutron/external/pids/${networkId}.pid`,
        '--metadata_proxy_socket=/var/lib/neutron/metadata_proxy',
        `--network_id=${networkId}`,
        '--state_path=/var/lib/neutron',
        '--metadata_port=80',
        ...common,
        `--log-file=neutron-ns-metadata-proxy-${networkId}.log`,
        '--log-dir=/var/lib/neutron/log',
      ],
    },
  ])
})

test("in qrouter it is the L3 agent's, on metadata_port", t => {
  const [proxy] = nsMetadataProxiesOf(
    routedCloud({ l3_agent: { metadata_port: 8080 } }),
    machineFacts,
  )
  t.like(proxy, {
    owner: 'neutron-l3-agent',
    namespace: `qrouter-${routerId}`,
    listens: { address: '0.0.0.0', port: 8080 },
  })
  t.deepEqual(proxy?.arguments.slice(2, 5), [
    `--router_id=${routerId}`,
    '--state_path=/var/lib/neutron',
    '--metadata_port=8080',
  ])
})

const places = test.macro({
  exec(t, _name: string, cloud: Cloud, expected: readonly string[]) {
    t.deepEqual(
      nsMetadataProxiesOf(cloud, machineFacts).map(({ namespace }) => namespace),
      expected,
    )
  },
  title: (_, name) => `it stands where haproxy would, ${name}`,
})

test(places, 'behind a router', routedCloud(), [`qrouter-${routerId}`])
test(places, 'with force_metadata', routedCloud({ dhcp_agent: { force_metadata: true } }), [
  `qdhcp-${networkId}`,
  `qrouter-${routerId}`,
])
test(places, 'nowhere', isolatedCloud({ dhcp_agent: { enable_isolated_metadata: false } }), [])
