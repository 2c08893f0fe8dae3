import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import type { TextAt } from '../topology/edit/set-texts.ts'
import type { Mistake, Position, TopologyPath } from '../topology/mistake.ts'
import { socketPath } from '../topology/schema/metadata-agent-schema.ts'
import type { Topology } from '../topology/schema.ts'

interface ResolvedFiles {
  readonly topology: Topology
  /** Files that are not there, or are none. */
  readonly mistakes: readonly Mistake[]
}

/**
 * A topology with the paths in it made absolute: relative ones are relative to its own file, and to the working directory
 * where it comes from standard input. Tells which of the files that a lab must read cannot be, so that nothing is built
 * for them.
 */
export async function resolveFiles(
  topology: Topology,
  topologyFile: string,
  locate: (path: TopologyPath) => Position,
): Promise<ResolvedFiles> {
  const base = topologyFile.startsWith('<') ? '.' : dirname(topologyFile)
  const { metadata_agent } = topology.neutron
  const agent = resolveAll(metadata_agent, [...agentFiles, 'metadata_proxy_socket'], base)
  const wsgi = resolveAll(topology.nova.wsgi, wsgiFiles, base)
  const api = resolveAll(topology.nova.api, apiFiles, base)
  const files = [
    ...filesOf(agent, agentFiles, ['neutron', 'metadata_agent']),
    ...filesOf(wsgi, wsgiFiles, ['nova', 'wsgi']),
  ]
  const mistakes = [...findSocketMistakes(agent), ...(await findMistakes(files))]
  return {
    topology: {
      ...topology,
      neutron: { ...topology.neutron, metadata_agent: agent },
      nova: { ...topology.nova, api, wsgi },
    },
    mistakes: mistakes.map(({ message, path }) => ({ message, path, position: locate(path) })),
  }
}

/** What to write instead of the relative paths that a topology had before they were resolved. */
export function madeAbsolute(before: Topology, after: Topology): TextAt[] {
  return [
    ...changesOf(before.neutron.metadata_agent, after.neutron.metadata_agent, [
      'neutron',
      'metadata_agent',
    ]),
    ...changesOf(before.nova.api, after.nova.api, ['nova', 'api']),
    ...changesOf(before.nova.wsgi, after.nova.wsgi, ['nova', 'wsgi']),
  ]
}

function changesOf(before: object, after: object, path: readonly string[]): TextAt[] {
  const was = new Map(Object.entries(before))
  return Object.entries(after).flatMap(([key, value]) =>
    typeof value === 'string' && was.get(key) !== value ? [{ path: [...path, key], value }] : [],
  )
}

interface NamedFile {
  readonly path: readonly string[]
  readonly name: string
  readonly file: string
}

function resolveAll<T extends object>(section: T, names: readonly (keyof T)[], base: string): T {
  const paths = names.flatMap(name => {
    const path = section[name]
    return typeof path === 'string' ? [[name, resolve(base, path)] as const] : []
  })
  return { ...section, ...Object.fromEntries(paths) }
}

function filesOf<T extends object>(
  section: T,
  names: readonly (keyof T & string)[],
  path: readonly string[],
): NamedFile[] {
  return names.flatMap(name => {
    const file = section[name]
    return typeof file === 'string' ? [{ path: [...path, name], name, file }] : []
  })
}

/** The folder of the topology is part of the path now. */
function findSocketMistakes({ metadata_proxy_socket: path }: Agent): PathMistake[] {
  const { issues = [] } = path === undefined ? {} : v.safeParse(socketPath, path)
  return issues.map(({ message }) => ({
    message: `\`metadata_proxy_socket\`: ${path} ${message}`,
    path: ['neutron', 'metadata_agent', 'metadata_proxy_socket'],
  }))
}

type Agent = Topology['neutron']['metadata_agent']

interface PathMistake {
  readonly message: string
  readonly path: readonly string[]
}

async function findMistakes(files: readonly NamedFile[]): Promise<PathMistake[]> {
  if (files.length === 0) return []
  const { findPemMistake } = await import('./find-pem-mistake.ts')
  return files.flatMap(({ path, name, file }) => {
    const stats = statSync(file, { throwIfNoEntry: false })
    const key = pairs[name]
    const keyFile = files.find(other => other.name === key)?.file
    const reason = stats?.isFile() ? findPemMistake(name, file, keyFile) : 'is not there'
    const what = stats === undefined || stats.isFile() ? reason : 'is no file'
    return what === null ? [] : [{ message: `\`${name}\`: ${file} ${what}`, path }]
  })
}

const agentFiles = ['auth_ca_cert', 'nova_client_cert', 'nova_client_priv_key'] as const
/** Nova reads them when it needs them, and has answers for when it cannot. */
const apiFiles = ['vendordata_jsonfile_path', 'vendordata_dynamic_ssl_certfile'] as const
const wsgiFiles = ['ssl_cert_file', 'ssl_key_file', 'ssl_ca_file'] as const
/** Certificates, and the options of their keys. */
const pairs: Readonly<Record<string, string>> = {
  nova_client_cert: 'nova_client_priv_key',
  ssl_cert_file: 'ssl_key_file',
}
