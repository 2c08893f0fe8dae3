import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { ProxyIdentity } from '../neutron/ns-metadata-proxy/agent-request.ts'
import type { ProcessConfig } from './run-daemon.ts'

export interface NsMetadataProxyConfig extends ProcessConfig, ProxyIdentity {
  readonly metadata_proxy_socket: string
  readonly metadata_port: number
}

/**
 * Reads the command line of neutron-ns-metadata-proxy, with its defaults (Newton's, in
 * neutron/agent/metadata/namespace_proxy.py). User and group are taken by number, as the agents give them. Throws an
 * error that names the option.
 */
export function readNsMetadataProxyOptions(args: readonly string[]): NsMetadataProxyConfig {
  const { values } = parseArgs({ args: [...args], options })
  const { network_id, router_id, state_path, pid_file } = values
  if (network_id === undefined && router_id === undefined) {
    throw new Error('Both network_id and router_id are None. One must be provided.')
  }
  if (pid_file === undefined) throw new Error('--pid_file FILE is missing')
  const logFile = values['log-file']
  return {
    network_id,
    router_id,
    metadata_proxy_socket: values.metadata_proxy_socket ?? join(state_path, 'metadata_proxy'),
    metadata_port: readNumber('metadata_port', values.metadata_port, 65_535),
    uid: readNumber('metadata_proxy_user', values.metadata_proxy_user ?? ownUid(), maxId),
    gid: readNumber('metadata_proxy_group', values.metadata_proxy_group ?? ownGid(), maxId),
    pidFile: pid_file,
    ...(logFile === undefined ? {} : { logFile: join(values['log-dir'] ?? '', logFile) }),
  }
}

const options = {
  pid_file: { type: 'string' },
  metadata_proxy_socket: { type: 'string' },
  network_id: { type: 'string' },
  router_id: { type: 'string' },
  state_path: { type: 'string', default: '/var/lib/neutron' },
  metadata_port: { type: 'string', default: '9697' },
  metadata_proxy_user: { type: 'string' },
  metadata_proxy_group: { type: 'string' },
  'log-file': { type: 'string' },
  'log-dir': { type: 'string' },
} as const

function readNumber(name: string, text: string, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number <= max) return number
  throw new Error(`--${name}=${text} is not a number up to ${max}`)
}

const maxId = 2 ** 32 - 2

function ownUid(): string {
  return String(process.getuid?.())
}

function ownGid(): string {
  return String(process.getgid?.())
}
