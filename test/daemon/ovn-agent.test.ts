import test from 'ava'
import { metadataAgentName } from '../../src/neutron/metadata-agent/agent-name.ts'
import type { ReleaseName } from '../../src/topology/release-names.ts'
import { goldenAgentConfig } from '../golden/cloud.ts'
import { startCloud } from './cloud.ts'
import { askRaw, findHeader } from './raw-client.ts'

const networkId = 'a0000000-0000-4000-8000-00000000000a'
const hostname = '/latest/meta-data/hostname'
const from = ['X-Forwarded-For', '10.77.0.11'] as const
const through = ['X-OVN-Network-ID', networkId] as const

/** The recorded cloud as ML2/OVN would have it: the agent knows the ports of machines. */
function startOvnCloud(release: ReleaseName) {
  return startCloud(release, {
    name: metadataAgentName({ mechanism_driver: 'ovn', release }),
    mechanism_driver: 'ovn',
    ports: goldenAgentConfig().ports.filter(port => port.device_owner === 'compute:nova'),
  })
}

const answers = test.macro({
  title: (_, release: ReleaseName) => `${release}: a guest is found by X-OVN-Network-ID alone`,
  async exec(t, release: ReleaseName, status: number, length: number, type: string) {
    await using cloud = await startOvnCloud(release)
    const ask = (...headers: (readonly [string, string])[]) =>
      askRaw(cloud.agentAt, { target: hostname, headers: [['Accept', '*/*'], from, ...headers] })
    t.is((await ask(through))?.body.toString(), 'alpha.novalocal')
    const elsewhere = await ask(['X-Neutron-Network-ID', networkId])
    t.is(elsewhere?.status, status)
    const spoofed = await ask(['X-OVN-Network-ID', 'spoof'], through)
    t.is(spoofed?.status, 404)
    t.is(spoofed?.body.length, length)
    t.is(findHeader(spoofed, 'Content-Type'), type)
    await cloud.agent.stop()
    const ids = release === '2026.1' ? `spoof, ${networkId}` : `spoof,${networkId}`
    const level = release === '2026.1' ? 'WARNING' : 'ERROR'
    const line = `${level} \\S+ \\[-\\] No port found in network ${ids} with IP address 10\\.77\\.0\\.11`
    t.regex(cloud.agent.output(), new RegExp(line))
  },
})

const html = 'text/html; charset=UTF-8'
test.serial(answers, 'ussuri', 404, 154, html)
test.serial(answers, 'zed', 404, 154, html)
test.serial(answers, '2024.2', 404, 154, html)
test.serial(answers, '2026.1', 404, 199, 'text/plain; charset=UTF-8')

test.serial('a 404 of nova is asked for once, as the agent has no cache', async t => {
  await using cloud = await startOvnCloud('zed')
  await askRaw(cloud.agentAt, { target: '/nothing', headers: [from, through] })
  await cloud.nova.stop()
  t.is(cloud.nova.output().match(/"GET \/nothing HTTP\/1\.1" status: 404/g)?.length, 1)
})

const refuses = test.macro({
  title: (_, release: ReleaseName, status: number | null) =>
    `${release}: two addresses, as of a guest that sends its own, give ${status ?? 'no answer'}`,
  async exec(t, release: ReleaseName, status: number | null) {
    await using cloud = await startOvnCloud(release)
    const headers = [['X-Forwarded-For', '10.0.0.1'] as const, from, through]
    t.is((await askRaw(cloud.agentAt, { target: '/', headers }))?.status ?? null, status)
  },
})

test.serial(refuses, '2023.2', 404)
test.serial(refuses, '2024.1', 500)
test.serial(refuses, '2026.1', null)
