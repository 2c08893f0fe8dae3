import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../../src/linux/gather-facts.ts'
import type { ServiceName } from '../../src/plan/step.ts'
import { goldenTopology } from '../conformance/with-lab.ts'
import { compareDescriptions, type MeantDifference } from './support/compare-descriptions.ts'
import { describeAnswers } from './support/describe-answers.ts'
import { describeOnMachine, linesOfDescription } from './support/describe-lab.ts'
import { runtimes, runtimeTest, type TestRuntime } from './support/engines.ts'
import { lab, randomLabName, stateExists } from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'
import { describeLab } from './support/standing-labs.ts'

// The same topology stands under the same name, first with processes, then in containers. All that the machine shows of
// it is the same: links, addresses, routes, rules, sysctls and listeners of every namespace, files with owners and
// modes, processes, and every byte that guests are answered. But for this:

const meant: readonly MeantDifference[] = [
  {
    why: 'engines put back what dies, and need neither supervisor nor agents for it',
    processes:
      /^processes: LAB=\S+ (.* )?(lab-supervisor|neutron-(dhcp|l3)-agent) |^files: \S+\/(log|run)\/(supervisor|neutron-(dhcp|l3)-agent)(@\S+)?\./,
  },
  {
    why: 'engines keep the logs; of what writes its own, and of guests’ udhcpc, there are files in both',
    processes:
      /^files: \S+\/log\/(dnsmasq|haproxy|radvd|neutron-metadata|neutron-ovn|nova-api)-\S+\.log(\.1)? /,
  },
  {
    why: 'the record says where the services are',
    processes: /^files: \S+\/lab\.json .*"containers":null/s,
    containers: /^files: \S+\/lab\.json .*"containers":\{/s,
    alike: line => JSON.stringify(JSON.parse(line.slice(line.indexOf('{'))).cloud),
  },
  {
    of: 'haproxy',
    why: 'haproxy has a master and a worker, in the foreground',
    processes: /^processes: .* haproxy -f /,
    containers: /^processes: .* haproxy -Ws -f /,
    alike: line => line.replace(' -Ws', ''),
  },
  {
    of: 'dnsmasq',
    why: 'dnsmasq stays in the foreground',
    processes: /^processes: .* dnsmasq --/,
    containers: /^processes: .* dnsmasq -k --/,
    alike: line => line.replace(' -k', ''),
  },
  {
    of: 'radvd',
    why: 'radvd stays in the foreground',
    processes: /^processes: .* radvd .*(?<! -n)$/,
    containers: /^processes: .* radvd .* -n$/,
    alike: line => line.replace(/ -n$/, ''),
  },
]

const secret = 'metadata_agent: {metadata_proxy_shared_secret: 0123456789abcdef}'

function shipped(name: string): string {
  const text = readFileSync(`${projectRoot}/topologies/${name}.yaml`, 'utf8')
  return text.replace('neutron:\n', `neutron:\n  ${secret}\n`)
}

/** With one DHCP agent a network, since of two the faster one answers. */
const severalHosts = shipped('hosts').replace(/^ *dhcp_agents_per_network: 2\n/m, '')

/** The recorded cloud: networks that overlap, a router with radvd and floating IPs, guests of every kind; over TLS. */
const golden = readFileSync(goldenTopology, 'utf8').replace(
  'metadata_agent: { ',
  'metadata_agent: { nova_metadata_protocol: https, ',
)

const oldProxies = `
neutron:
  release: "2026.1"
  metadata_proxy: ns-metadata-proxy
  ${secret}
  dhcp_agent: {enable_isolated_metadata: true}
networks:
  private: {subnets: [{cidr: 192.168.30.0/24}]}
  routed: {subnets: [{cidr: 192.168.31.0/24}]}
routers: {edge: {interfaces: [routed]}}
instances: {vm1: {networks: [private]}, vm2: {networks: [routed]}}
`

const topologies: readonly { readonly title: string; readonly text: string }[] = [
  { title: 'several hosts', text: severalHosts },
  { title: 'ovn-mode', text: shipped('ovn-mode') },
  { title: 'the recorded cloud', text: golden },
  { title: 'a lab of neutron-ns-metadata-proxy', text: oldProxies },
]

for (const { title, text } of topologies) {
  const name = randomLabName()
  let ofProcesses: Promise<Described> | undefined
  for (const runtime of runtimes.filter(({ name }) => name !== 'process'))
    runtimeTest(runtime, `${title} in containers is the lab that it is with processes`, async t => {
      const before = await snapshotMachine()
      ofProcesses ??= describe(name, text, { options: ['--runtime', 'process'], env: {} })
      const processes = await ofProcesses
      const containers = await describe(name, text, runtime)
      const { unmeant, seen } = compareDescriptions(processes.lines, containers.lines, meant)
      t.deepEqual(unmeant, [])
      const expected = meant.filter(({ of }) => of === undefined || processes.services.has(of))
      t.deepEqual(
        seen,
        expected.map(({ why }) => why),
      )
      t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
    })
}

interface Described {
  readonly services: ReadonlySet<ServiceName>
  readonly lines: readonly string[]
}

/** What stands under that name, which is gone again. */
async function describe(
  name: string,
  topology: string,
  { options, env }: Pick<TestRuntime, 'options' | 'env'>,
): Promise<Described> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-test-'))
  const path = join(folder, 'topology.yaml')
  writeFileSync(path, topology)
  try {
    const up = await lab(['up', path, '--name', name, ...options], { env })
    if (up.exitCode !== 0) throw new Error(up.stderr)
    const built = describeLab(name, up)
    const answers = await describeAnswers(built)
    const lines = linesOfDescription({ ...(await describeOnMachine(built)), answers })
    return {
      services: new Set(
        built.plan.steps.flatMap(step => (step.kind === 'service' ? step.service : [])),
      ),
      lines: lines.map(line => line.replaceAll(folder, '(folder)')),
    }
  } finally {
    if (stateExists(name)) await lab(['down', name])
    rmSync(folder, { recursive: true })
  }
}
