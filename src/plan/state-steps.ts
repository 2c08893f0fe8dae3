import type { Cloud, Host } from '../cloud/cloud.ts'
import { statePathOf } from '../cloud/state-path.ts'
import { directoryStep } from './file-steps.ts'
import { stepIds } from './names.ts'
import type { DirectoryStep } from './step.ts'

/**
 * The lab's directory, laid out as /var/lib/neutron is; where there are several hosts each has such a one of its own below
 * `hosts`. It can be passed through by anyone, because haproxy and dnsmasq open their files and the agent's socket without
 * root, but listed by root alone; what is secret in it (`etc`, `log`, the journal) is root's alone.
 */
export function stateSteps(cloud: Cloud): DirectoryStep[] {
  const root = statePathOf(cloud.lab)
  const [first] = cloud.hosts
  if (first === undefined) return []
  const isAlone = cloud.hosts.length === 1
  const agents = [...(cloud.neutron.mechanism_driver === 'ovn' ? [] : ML2_OVS), ...AGENTS]
  const own = [...(isAlone ? agents : [HOSTS]), ...LABS]
  return [
    directoryStep({ host: first.name, path: root, mode: 0o711, why: 'state of the lab' }, []),
    ...own.map(entry => subdirectory(first.name, root, entry)),
    ...(isAlone ? [] : cloud.hosts.flatMap(host => hostSteps(host, agents))),
  ]
}

function hostSteps(
  { name: host, state_path: path }: Host,
  agents: readonly Subdirectory[],
): DirectoryStep[] {
  const parent = path.slice(0, path.lastIndexOf('/'))
  return [
    directoryStep({ host, path, mode: 0o711, why: `state of ${host}'s agents` }, [
      stepIds.directory(parent),
    ]),
    ...[...agents, RUN, LOG].map(entry => subdirectory(host, path, entry)),
  ]
}

type Subdirectory = readonly [name: string, mode: number, why: string]

function subdirectory(host: string, root: string, [name, mode, why]: Subdirectory): DirectoryStep {
  const parent = name.includes('/') ? `${root}/${name.split('/')[0]}` : root
  return directoryStep({ host, path: `${root}/${name}`, mode, why }, [stepIds.directory(parent)])
}

/** OVN's agent has a directory of its own, where it has anything. */
const ML2_OVS: readonly Subdirectory[] = [
  ['dhcp', 0o755, 'files of dnsmasq, a directory for each network'],
  ['ns-metadata-proxy', 0o755, 'configuration of haproxy'],
]

const AGENTS: readonly Subdirectory[] = [
  ['external', 0o755, 'what the agents keep about the processes they start'],
  ['external/pids', 0o755, 'pid files of haproxy'],
  ['etc', 0o700, 'configuration of the agent and the API, with the shared secret'],
]

const HOSTS: Subdirectory = ['hosts', 0o711, 'state of each host']
const RUN: Subdirectory = ['run', 0o711, 'pid files of the agents, the API and the supervisor']
const LOG: Subdirectory = ['log', 0o700, 'what the services print']

const LABS: readonly Subdirectory[] = [RUN, LOG, ['guests', 0o755, 'leases of the guests']]
