import { readFileSync, statSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import { EngineUnusable } from './engine-unusable.ts'
import { refuseElsewhere } from './refuse-elsewhere.ts'
import { dockerFolderOf, type Environment } from './resolve-endpoint.ts'
import { suggestStart } from './suggest-start.ts'

/** How to reach an engine, in the words of dockerode and of Node.js alike. */
export type Connection =
  | { readonly socketPath: string }
  | {
      readonly host: string
      readonly port: number
      readonly protocol: 'http' | 'https'
      readonly ca?: Buffer
      readonly cert?: Buffer
      readonly key?: Buffer
    }

/**
 * Throws EngineUnusable for an engine that is on another machine, or whose socket is not there: without a look at the
 * network, and in no time.
 */
export function connectionTo(host: string, environment: Environment): Connection {
  if (host.startsWith('unix://')) return connectionToSocket(host)
  if (host.startsWith('tcp://')) return connectionToPort(host, environment)
  const problem = host.startsWith('ssh://')
    ? 'it is on another machine, behind ssh'
    : 'labs reach an engine by unix:// or tcp:// alone'
  throw new EngineUnusable(refuseElsewhere(host, problem))
}

function connectionToSocket(host: string): Connection {
  const socketPath = resolve(host.slice('unix://'.length))
  const kind = kindOf(socketPath)
  if (kind === 'socket') return { socketPath }
  if (kind === 'nothing') {
    const problem = 'there is no such socket'
    throw new EngineUnusable({ reason: 'absent', host, problem, remedy: suggestStart(host) })
  }
  throw new EngineUnusable({
    reason: 'no-engine',
    host,
    problem: `that is a ${kind}, no socket`,
    // Docker makes a folder of a bind mount's source that is not there.
    remedy: `\`ls -ld ${socketPath}\` may tell who left it; remove it, and start the engine anew`,
  })
}

function kindOf(path: string): 'socket' | 'folder' | 'file' | 'nothing' {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return 'nothing'
    return stats.isDirectory() ? 'folder' : stats.isSocket() ? 'socket' : 'file'
  } catch {
    // Not ours to look at: to connect tells why.
    return 'socket'
  }
}

function connectionToPort(host: string, environment: Environment): Connection {
  const url = URL.canParse(host) ? new URL(host) : null
  const name = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? ''
  if (url === null || name === '') {
    const remedy = 'It is written tcp://127.0.0.1:2375; or `unset DOCKER_HOST`'
    throw new EngineUnusable({ reason: 'misnamed', host, problem: 'that is no address', remedy })
  }
  if (!isThisMachine(name))
    throw new EngineUnusable(refuseElsewhere(host, 'it is on another machine'))
  const port = Number(url.port || '2375')
  if (!environment.DOCKER_TLS_VERIFY) return { host: name, port, protocol: 'http' }
  return { host: name, port, protocol: 'https', ...readCertificates(host, environment) }
}

function isThisMachine(name: string): boolean {
  if (name === 'localhost' || name === hostname() || name.startsWith('127.')) return true
  return Object.values(networkInterfaces()).some(addresses =>
    addresses?.some(({ address }) => address === name),
  )
}

/** The files that the docker CLI reads. */
function readCertificates(host: string, environment: Environment) {
  const folder = environment.DOCKER_CERT_PATH || dockerFolderOf(environment)
  try {
    const [ca, cert, key] = ['ca', 'cert', 'key'].map(name => readFileSync(`${folder}/${name}.pem`))
    return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    const remedy = 'DOCKER_CERT_PATH is the folder of ca.pem, cert.pem and key.pem'
    throw new EngineUnusable({ reason: 'misnamed', host, problem, remedy }, { cause })
  }
}
