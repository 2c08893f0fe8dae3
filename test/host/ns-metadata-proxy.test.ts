import { readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { findService } from '../../src/runtime/process/find-service.ts'
import { describeOnMachine } from './support/describe-lab.ts'
import {
  lab,
  processTest,
  randomLabName,
  hostTest as test,
  waitFor,
  withLab,
  withTopologyFile,
} from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'
import { fetchIn, listenersIn, uuidSeenBy } from './support/namespace.ts'
import { pipeToBash } from './support/pipe-to-bash.ts'
import { processOf } from './support/processes.ts'
import { runningOf, serviceOf, statusOf, withoutService } from './support/services.ts'
import { type BuiltLab, describeLab, namesIn, standingLabs } from './support/standing-labs.ts'
import { testRuntime } from './support/test-runtime.ts'

/** The agent is a socket server in 2026.1, and a WSGI server in Zed. */
const topology = (proxy: 'haproxy' | 'ns-metadata-proxy', more = '') => `
neutron:
  release: "${more === '' ? '2026.1' : 'zed'}"
  metadata_proxy: ${proxy}
  metadata_agent: {metadata_proxy_shared_secret: 0123456789abcdef}
  dhcp_agent: {enable_isolated_metadata: true}
networks: {private: {subnets: [{cidr: 192.168.30.0/24}]}}
${more}
keypairs: {ops: ssh-ed25519 AAAA ops@example}
instances:
  vm1: {networks: [private], key_name: ops, user_data: "#!/bin/sh\\necho ä\\n", metadata: {role: web}}
  vm2: {networks: [private]}
`
const router = 'routers: {edge: {interfaces: [private]}}'

//  vm1, vm2 ── qdhcp:80 or qrouter:9697 (neutron-ns-metadata-proxy) ── socket ── agent ── nova-api-metadata
const labs = standingLabs({
  'dhcp-mode': { topology: topology('ns-metadata-proxy') },
  'router-mode': { topology: topology('ns-metadata-proxy', router) },
})

const modes = ['dhcp-mode', 'router-mode'] as const

function each(title: string, body: (t: ExecutionContext, built: BuiltLab) => Promise<void>): void {
  for (const mode of modes) test(`${mode}: ${title}`, t => body(t, labs(mode)))
}

const service = 'neutron-ns-metadata-proxy'

test('the proxy listens on port 80 of every address in qdhcp, and on 9697 in qrouter', async t => {
  const proxiesIn = async (namespace: string) =>
    (await listenersIn(namespace)).filter(listener => !listener.endsWith(' dnsmasq'))
  const dhcp = namesIn(labs('dhcp-mode'))
  t.deepEqual(await proxiesIn(dhcp.qdhcp('private')), ['tcp 0.0.0.0:80 neutron-ns-meta'])
  const routed = namesIn(labs('router-mode'))
  t.deepEqual(await proxiesIn(routed.qrouter('edge')), ['tcp 0.0.0.0:9697 neutron-ns-meta'])
  t.deepEqual(await proxiesIn(routed.qdhcp('private')), [])
})

each('the proxy runs without root, under its own arguments', async (t, built) => {
  const { id, kind } =
    built.cloud.routers[0] === undefined
      ? { id: namesIn(built).network('private').id, kind: 'network' }
      : { id: namesIn(built).router('edge').id, kind: 'router' }
  const { argv, uids, pid } = await processOf(built, `${service}-${id}`)
  t.false(uids.includes('0'))
  t.is(readFileSync(`${built.statePath}/external/pids/${id}.pid`, 'utf8').trim(), `${pid}`)
  const [name, ...options] = argv.join(' ').trim().split(' ')
  t.is(name, service)
  t.deepEqual(options, [
    `--pid_file=${built.statePath}/external/pids/${id}.pid`,
    `--metadata_proxy_socket=${built.statePath}/metadata_proxy`,
    `--${kind}_id=${id}`,
    `--state_path=${built.statePath}`,
    `--metadata_port=${kind === 'network' ? 80 : 9697}`,
    `--metadata_proxy_user=${uids[0]}`,
    ...options.slice(6, 7),
    `--log-file=${service}-${id}.log`,
    `--log-dir=${built.statePath}/log`,
  ])
})

each('a guest gets its own metadata, whatever it says of itself', async (t, built) => {
  const { guest, instance, network, port } = namesIn(built)
  const other = built.cloud.ports.find(({ device_id }) => device_id === instance('vm2').id)
  const forged = [
    `X-Forwarded-For: ${other?.fixed_ips[0]?.ip_address}`,
    `X-Neutron-Network-ID: ${network('private').id}`,
    `X-Neutron-Router-ID: ${port('network:dhcp', 'private').id}`,
    `X-Instance-ID: ${instance('vm2').id}`,
  ]
  t.is(await uuidSeenBy(guest('vm1')), instance('vm1').id)
  t.is(await uuidSeenBy(guest('vm2')), instance('vm2').id)
  for (const header of forged)
    t.is(await uuidSeenBy(guest('vm1'), '-H', header), instance('vm1').id, header)
  t.is(
    await uuidSeenBy(guest('vm1'), ...forged.flatMap(header => ['-H', header])),
    instance('vm1').id,
  )
})

each('a guest may keep its connection, post, and ask for a head', async (t, built) => {
  const vm1 = namesIn(built).guest('vm1')
  const twice = await fetchIn(
    vm1,
    '/latest/meta-data/hostname',
    'http://169.254.169.254/2009-04-04',
  )
  t.regex(twice.body, /^meta-data\/[\s\S]*vm1\.novalocal$/)
  t.is((await fetchIn(vm1, '/latest/meta-data/', '-I')).status, 200)
  t.is((await fetchIn(vm1, '/openstack/latest/password', '-d', 'secret')).status, 200)
  const tooLong = 'x'.repeat(1025)
  t.is((await fetchIn(vm1, '/openstack/latest/password', '-d', tooLong)).status, 400)
  t.is((await fetchIn(vm1, '/nowhere')).status, 404)
})

each('without an agent the guest gets a page of the kind that it accepts', async (t, built) => {
  const { guest, instance } = namesIn(built)
  const ask = (accept: string) =>
    fetchIn(guest('vm1'), '/latest/meta-data/', '-H', `Accept: ${accept}`)
  const words = 'An unknown error has occurred. Please try your request again.'
  await withoutService(built.name, 'neutron-metadata-agent', async () => {
    const html = await ask('*/*')
    t.is(html.status, 500)
    t.regex(html.body, /^<html>\n <head>\n {2}<title>500 Internal Server Error<\/title>/)
    t.is((await ask('text/plain')).body, `500 Internal Server Error\n\n${words}\n\n   `)
    t.is(JSON.parse((await ask('application/json')).body).title, 'Internal Server Error')
  })
  await waitFor('the agent comes back', async () => (await ask('*/*')).status === 200)
  t.is(await uuidSeenBy(guest('vm1')), instance('vm1').id)
})

each('the proxy is put back when it dies, and known by its name', async (t, { name }) => {
  const step = serviceOf(name, service)
  const { pid } = runningOf(name, service)
  process.kill(pid, 'SIGKILL')
  await waitFor('the proxy comes back', () => (findService(step)?.pid ?? pid) !== pid)
  await waitFor('status tells of it', async () => {
    const { services } = await statusOf(name)
    return services.find(row => row.service === service)?.history?.restarts === 1
  })
  t.is((await statusOf(name)).ended.exitCode, 0)
  const restart = await lab(['--lab', name, 'restart', service])
  t.is(restart.exitCode, 0, restart.stderr)
  const logs = await lab(['--lab', name, 'logs', service])
  t.regex(
    logs.stdout,
    /INFO neutron\.wsgi \[-\] 192\.168\.30\.\d+ - - \[.*"GET \/latest\/meta-data\//,
  )
  if (testRuntime !== 'process') return
  const agent = step.namespace?.startsWith('qrouter-') ? 'neutron-l3-agent' : 'neutron-dhcp-agent'
  const told = await lab(['--lab', name, 'logs', agent])
  t.regex(told.stdout, /Respawning metadata-proxy for uuid /)
})

/** What a guest may fetch, without what is new with every answer. */
async function fetchAll(guest: string): Promise<readonly string[]> {
  const paths = [
    '/openstack/latest/meta_data.json',
    '/latest/meta-data/',
    '/latest/user-data',
    '/x',
  ]
  const fetched = paths.map(async path => {
    const { status, body } = await fetchIn(guest, path)
    return `${path} ${status} ${body.replace(/"random_seed": "[^"]*"/, '')}`
  })
  return await Promise.all(fetched)
}

for (const [mode, more, modeTest] of [
  ['dhcp-mode', '', test],
  ['router-mode', router, processTest],
] as const)
  modeTest(
    `${mode}: a lab that changes from haproxy to the proxy and back serves the same`,
    async t => {
      await withTopologyFile(topology('haproxy', more), async haproxy => {
        await withLab(t, haproxy, async ({ name }) => {
          const vm1 = `lab-${name}-vm1`
          const before = await fetchAll(vm1)
          t.regex(before[0] ?? '', / 200 .*"role": "web"/)
          await withTopologyFile(topology('ns-metadata-proxy', more), async path => {
            const up = await lab(['up', path, '--name', name])
            t.is(up.exitCode, 0, up.stderr)
          })
          t.truthy(runningOf(name, service))
          t.deepEqual(await fetchAll(vm1), before)
          t.is((await lab(['up', haproxy, '--name', name])).exitCode, 0)
          t.truthy(runningOf(name, 'haproxy'))
          t.deepEqual(await fetchAll(vm1), before)
        })
      })
    },
  )

test('the script of --dry-run builds the same lab as lab up', async t => {
  await withTopologyFile(topology('ns-metadata-proxy', router), async path => {
    const before = await snapshotMachine()
    const name = randomLabName()
    const args = [path, '--name', name]
    const up = await lab(['up', ...args])
    t.is(up.exitCode, 0, up.stderr)
    const byLab = await describeOnMachine(describeLab(name, up))
    t.is((await lab(['down', name])).exitCode, 0)
    const script = await lab(['up', '--dry-run', ...args])
    const ran = await pipeToBash(script.stdout)
    t.is(ran.exitCode, 0, ran.stderr)
    t.deepEqual(await describeOnMachine(describeLab(name, ran)), byLab)
    t.is((await lab(['down', name])).exitCode, 0)
    t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
  })
})
