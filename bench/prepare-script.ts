import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { deriveCloud } from '../src/cloud/derive-cloud.ts'
import type { MachineFacts } from '../src/cloud/machine-facts.ts'
import { loadTopologyFile } from '../src/lab/load-topology-file.ts'
import { gatherFacts } from '../src/linux/gather-facts.ts'
import { buildPlan } from '../src/plan/build-plan.ts'
import type { Step } from '../src/plan/step.ts'

/**
 * Makes the directory that `dhcp-mode.sh` starts from: what an operator would have at hand before the clock runs, the
 * ids and MACs, the configuration of the agent and the API, the rules and the script of udhcpc. Gives its path.
 */
export async function prepareScript(name: string): Promise<string> {
  const directory = mkdtempSync(`${tmpdir()}/lab-bench-`)
  // dnsmasq, haproxy and the daemons give up root and still reach their files
  chmodSync(directory, 0o711)
  mkdirSync(`${directory}/etc`)
  for (const [file, content, mode] of await contents(directory, name))
    writeFileSync(`${directory}/${file}`, content, { mode })
  return directory
}

type Content = readonly [file: string, content: string, mode: number]

async function contents(directory: string, name: string): Promise<Content[]> {
  const { topology } = await loadTopologyFile('dhcp-mode')
  const facts = gatherFacts()
  const cloud = deriveCloud(topology, { lab: `bench-${name}`, secret: 'not a secret' })
  const { steps, statePath } = buildPlan(cloud, facts)
  const moved = (text: string) => text.replaceAll(statePath, directory)
  const config = (daemon: string) => moved(contentOf(steps, `/etc/${daemon}.json`))
  const rules = steps.filter(step => step.kind === 'rules')
  return [
    [
      'ids.sh',
      variables({ NAME: name, ...idsOf(cloud), ...sysctlsOf(steps), ...machine(facts) }),
      0o600,
    ],
    ['etc/nova-api-metadata.json', config('nova-api-metadata'), 0o600],
    ['etc/neutron-metadata-agent.json', config('neutron-metadata-agent'), 0o600],
    ['etc/udhcpc.script', contentOf(steps, '/udhcpc.script'), 0o755],
    ...rules.map(
      (step): Content => [step.family === 4 ? 'etc/iptables' : 'etc/ip6tables', step.rules, 0o600],
    ),
  ]
}

function contentOf(steps: readonly Step[], pathEnd: string): string {
  const step = steps.find(
    candidate => candidate.kind === 'file' && candidate.path.endsWith(pathEnd),
  )
  if (step?.kind !== 'file') throw new Error(`The plan of dhcp-mode has no file …${pathEnd}`)
  return step.content
}

function idsOf({ networks, ports, hosts }: ReturnType<typeof deriveCloud>): Record<string, string> {
  const [network] = networks
  const mac = (address: string) =>
    ports.find(port => port.fixed_ips.some(({ ip_address }) => ip_address === address))
      ?.mac_address ?? ''
  return {
    NETWORK: network?.id ?? '',
    SUBNET: network?.subnets[0]?.id ?? '',
    DHCP_DEVICE: 'tap-dhcp',
    DHCP_MAC: mac('192.168.30.2'),
    VM1_MAC: mac('192.168.30.3'),
    VM2_MAC: mac('192.168.30.4'),
    MANAGEMENT_CIDR: hosts[0]?.management_cidr ?? '',
  }
}

/** Settings that only some machines have. */
function sysctlsOf(steps: readonly Step[]): Record<string, string> {
  const optional = (prefix: string) =>
    steps
      .flatMap(step =>
        step.kind === 'sysctl' && step.namespace.startsWith(prefix)
          ? Object.entries(step.settings)
          : [],
      )
      .filter(([key]) => !key.startsWith('net.ipv4.'))
      .map(([key, value]) => `${key}=${value}`)
      .join(' ')
  return { CONTROLLER_SYSCTLS: optional('lab-'), DHCP_SYSCTLS: optional('qdhcp-') }
}

function machine({ node, root, compileCache }: MachineFacts): Record<string, string> {
  return { NODE: node, ROOT: root, 'export NODE_COMPILE_CACHE': compileCache }
}

function variables(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('')
}
