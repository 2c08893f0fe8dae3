import { readdirSync, readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { withHeldConnections } from './support/connections/with-held-connections.ts'
import { hostTest as test, waitFor } from './support/lab.ts'
import { fetchIn } from './support/namespace.ts'
import { runningOf } from './support/services.ts'
import { type BuiltLab, namesIn, standingLabs } from './support/standing-labs.ts'

const topology = (release: string) => `
name: many-connections
neutron:
  release: ${release}
  dhcp_agent: {enable_isolated_metadata: true}
networks:
  isolated: {subnets: [{cidr: 192.168.30.0/24}]}
  routed: {subnets: [{cidr: 192.168.40.0/24}]}
routers:
  edge: {interfaces: [routed]}
instances:
  isolated-hog: {networks: [isolated], user_data: ${'x'.repeat(40_000)}}
  isolated-vm: {networks: [isolated]}
  routed-hog: {networks: [routed], user_data: ${'x'.repeat(40_000)}}
  routed-vm: {networks: [routed]}
`

const labs = standingLabs({
  zed: { topology: topology('zed') },
  newest: { topology: topology('2026.1') },
})

const modes = ['isolated', 'routed'] as const
const releases = ['zed', 'newest'] as const

/** Each answer is right and comes long before any limit of the chain, of which the shortest is 30 s. */
async function isServed(t: ExecutionContext, built: BuiltLab, name: string): Promise<void> {
  const { guest, instance } = namesIn(built)
  for (let count = 0; count < 25; count += 1) {
    const { status, body } = await fetchIn(guest(name), '/openstack/latest/meta_data.json')
    t.is(status, 200)
    t.is(JSON.parse(body).uuid, instance(name).id)
  }
}

for (const release of releases) {
  test(`${release}: 10,000 connections to the agent and 10,000 to nova stop nobody, and leave nothing`, async t => {
    const built = labs(release)
    const before = usageOf(built)
    await serveBesideMany(t, built)
    await waitFor('the files to be closed', () => usageOf(built).files <= before.files + 5)
    await serveBesideMany(t, built)
    await waitFor('the files to be closed again', () => usageOf(built).files <= before.files + 5)
    // What V8 has not given back is less than the 10 KiB that each of the 40,000 connections would leave.
    const growth = usageOf(built).mebibytes - before.mebibytes
    t.true(growth < 400, `${growth} MiB more than before`)
  })

  for (const mode of modes) {
    test(`${release}, ${mode}: 900 slow connections of one guest do not stop another behind the same haproxy`, async t => {
      const built = labs(release)
      const to = { host: '169.254.169.254', port: 80 }
      // haproxy takes 1024, as Neutron tells it to.
      const counts = {
        idle: 300,
        slowHead: 250,
        slowBody: 150,
        deaf: 150,
        halfClosed: 25,
        mute: 25,
      }
      const namespace = namesIn(built).guest(`${mode}-hog`)
      const [left = 0] = await withHeldConnections([{ namespace, to, counts }], () =>
        isServed(t, built, `${mode}-vm`),
      )
      t.true(left >= 500, `${left} were held`)
    })
  }
}

async function serveBesideMany(t: ExecutionContext, built: BuiltLab): Promise<void> {
  const { host } = namesIn(built)
  const counts = { idle: 7000, slowHead: 1000, slowBody: 1000, halfClosed: 500, mute: 500 }
  const agent = { path: built.cloud.neutron.metadata_agent.metadata_proxy_socket }
  const nova = { host: '172.29.236.11', port: 8775 }
  const left = await withHeldConnections(
    [agent, nova].map(to => ({ namespace: host, to, counts })),
    async () => {
      for (const mode of modes) await isServed(t, built, `${mode}-vm`)
    },
  )
  t.true(
    left.every(count => count >= 7000),
    `${left} were held`,
  )
}

/** Open files and resident memory of the agent and nova together. */
function usageOf({ name }: BuiltLab): { files: number; mebibytes: number } {
  const pids = (['neutron-metadata-agent', 'nova-api-metadata'] as const).map(
    service => runningOf(name, service).pid,
  )
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
  return {
    files: sum(pids.map(pid => readdirSync(`/proc/${pid}/fd`).length)),
    mebibytes: Math.round(sum(pids.map(residentKib)) / 1024),
  }
}

function residentKib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
