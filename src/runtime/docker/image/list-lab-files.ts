import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ImageEntry } from './image-content.ts'

/** Where lab's own code is in an image. */
export const LAB_FOLDER = '/opt/lab'

/** Programs of an image that are lab's own: each runs the daemon of its name. */
export const ownPrograms = [
  'neutron-metadata-agent',
  'nova-api-metadata',
  'neutron-ns-metadata-proxy',
  'lab-healthcheck',
] as const

/** Lab's own part of an image: the daemons, what they import, and a program on the PATH for each. */
export function listLabFiles(): readonly ImageEntry[] {
  const sources = daemonCode.flatMap(listSources).map(
    (path): ImageEntry => ({
      kind: 'file',
      path: `${LAB_FOLDER}/${path}`,
      mode: 0o644,
      source: `${root}${path}`,
    }),
  )
  const programs = ownPrograms.map(
    (name): ImageEntry => ({
      kind: 'text',
      path: `/usr/bin/${name}`,
      mode: 0o755,
      text: startOf(name),
    }),
  )
  const text = `${JSON.stringify({ name: 'lab', version: readLabVersion(), type: 'module' })}\n`
  return [
    { kind: 'text', path: `${LAB_FOLDER}/package.json`, mode: 0o644, text },
    ...sources,
    ...programs,
  ]
}

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** All that the daemons import, which is a test's to know. They import no packages. */
export const daemonCode = [
  'src/daemon',
  'src/nova',
  'src/wsgi',
  'src/neutron/metadata-agent',
  'src/neutron/ns-metadata-proxy',
  'src/neutron/ovn/release.ts',
  'src/neutron/release.ts',
  'src/topology/release-names.ts',
] as const

function listSources(path: string): string[] {
  if (statSync(root + path).isFile()) return [path]
  return readdirSync(root + path, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => `${path}/${name}`)
}

function startOf(name: string): string {
  return `#!/usr/bin/node\nimport '${LAB_FOLDER}/src/daemon/${name}.ts'\n`
}

/** The version of this very lab. */
export function readLabVersion(): string {
  const value: unknown = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const isRead = typeof value === 'object' && value !== null && 'version' in value
  return isRead ? String(value.version) : ''
}
