import type { Cloud, Host } from '../cloud/cloud.ts'
import { directoryStep } from './file-steps.ts'
import { stepIds } from './names.ts'
import type { DirectoryStep } from './step.ts'

/**
 * The lab's directory, laid out as /var/lib/neutron is. It can be passed through by anyone, because haproxy and
 * dnsmasq open their files and the agent's socket without root, but listed by root alone; what is secret in it
 * (`etc`, `log`, the journal) is root's alone.
 */
export function stateSteps(cloud: Cloud, host: Host): DirectoryStep[] {
  const root = cloud.neutron.state_path
  return [
    directoryStep({ host: host.name, path: root, mode: 0o711, why: 'state of the lab' }, []),
    ...SUBDIRECTORIES.map(([name, mode, why]) =>
      directoryStep({ host: host.name, path: `${root}/${name}`, mode, why }, [
        stepIds.directory(name.includes('/') ? `${root}/${name.split('/')[0]}` : root),
      ]),
    ),
  ]
}

const SUBDIRECTORIES: readonly (readonly [string, number, string])[] = [
  ['dhcp', 0o755, 'files of dnsmasq, a directory for each network'],
  ['ns-metadata-proxy', 0o755, 'configuration of haproxy'],
  ['external', 0o755, 'what the agents keep about the processes they start'],
  ['external/pids', 0o755, 'pid files of haproxy'],
  ['etc', 0o700, 'configuration of the agent and the API, with the shared secret'],
  ['run', 0o711, 'pid files of the agent, the API and the supervisor'],
  ['log', 0o700, 'what the services print'],
  ['guests', 0o755, 'leases of the guests'],
]
