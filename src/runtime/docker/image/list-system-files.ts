import { existsSync, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { LabError } from '../../../lab/lab-error.ts'
import { installLine, isInstalled, optionalPrograms, programs } from '../../../linux/programs.ts'
import { systemDirectories } from '../../../linux/system-path.ts'
import { accountFiles } from './account-files.ts'
import type { FileMemory } from './file-memory.ts'
import { findLibraries } from './find-libraries.ts'
import type { ImageEntry } from './image-content.ts'

/**
 * The machine's part of an image: Node.js, the programs of the chain with the libraries they load, and the few files that
 * these read. No package. Throws LabError on a program that is missing.
 */
export async function listSystemFiles(memory: FileMemory): Promise<readonly ImageEntry[]> {
  const found = imagePrograms.flatMap(name => findProgram(name) ?? [])
  const all = [...found.map(path => ({ path: inRealFolder(path), source: path })), NODE]
  const libraries = await Promise.all(all.map(({ source }) => findLibraries(source, memory)))
  return [
    ...all.map(({ path, source }) => fileOf(path, 0o755, source)),
    ...librariesOf(new Set(libraries.flat())),
    ...LINKED_FOLDERS.flatMap(linkOf),
    ...accountFiles(),
    ...SYSTEM_FILES.filter(existsSync).map(path => fileOf(path, 0o644, path)),
    ...timeZone(),
    ...FOLDERS.map(([path, mode]): ImageEntry => ({ kind: 'folder', path, mode })),
  ]
}

const NODE = { path: '/usr/bin/node', source: process.execPath }

/** Those of the machine's programs that services or their containers are started with; the shell is for health checks. */
const imagePrograms = ['haproxy', 'dnsmasq', 'nsenter', 'setpriv', 'sh', 'radvd'] as const

/** Null for an optional program that is not installed. */
function findProgram(name: (typeof imagePrograms)[number]): string | null {
  const folder = systemDirectories.find(directory => isInstalled(name, [directory]))
  if (folder !== undefined) return `${folder}/${name}`
  const program = programs.find(needed => needed.name === name)
  if (program === undefined && name in optionalPrograms) return null
  throw new LabError(`Cannot make lab's image: ${name} is not installed`, {
    hint: program && `Install it: ${installLine([program])}`,
    exitCode: 3,
  })
}

/** `/bin` and the like may be links to folders below `/usr`; a file is in one place only. */
function inRealFolder(path: string): string {
  return `${realpathSync(dirname(path))}/${basename(path)}`
}

function fileOf(path: string, mode: number, source: string): ImageEntry {
  return { kind: 'file', path, mode, source }
}

/** Where they are on the machine; those off the loader's own way, which ldconfig lists here, also beside the C library. */
function librariesOf(found: ReadonlySet<string>): ImageEntry[] {
  const paths = new Map([...found].map(source => [inRealFolder(source), source]))
  const libc = [...paths.keys()].find(path => basename(path) === 'libc.so.6')
  if (libc === undefined) throw new LabError("Cannot make lab's image: there is no libc.so.6")
  const folder = dirname(libc)
  for (const path of NAME_SERVICES.map(name => `${folder}/${name}`))
    if (existsSync(path)) paths.set(path, path)
  const away = [...paths.keys()].filter(path => dirname(path) !== folder)
  return [
    ...[...paths].map(([path, source]) => fileOf(path, 0o755, source)),
    ...away.flatMap((target): ImageEntry[] => {
      const path = `${folder}/${basename(target)}`
      return paths.has(path) ? [] : [{ kind: 'link', path, target }]
    }),
  ]
}

/** By these a C library older than 2.34 reads /etc/passwd and asks for addresses, as /etc/nsswitch.conf has it. */
const NAME_SERVICES = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2']

const LINKED_FOLDERS = ['/bin', '/sbin', '/lib', '/lib64', '/usr/sbin', '/usr/lib64']

function linkOf(path: string): ImageEntry[] {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
  return isLink ? [{ kind: 'link', path, target: readlinkSync(path) }] : []
}

/** The authorities with which the agent checks nova's certificate where no other is given. */
const SYSTEM_FILES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt']

/** Logs of containers tell the machine's time. */
function timeZone(): ImageEntry[] {
  const path = '/etc/localtime'
  if (!existsSync(path)) return []
  const file = realpathSync(path)
  if (!statSync(file).isFile()) return []
  if (file === path) return [fileOf(path, 0o644, path)]
  return [{ kind: 'link', path, target: file }, fileOf(file, 0o644, file)]
}

const FOLDERS = [
  ['/dev', 0o755],
  ['/proc', 0o555],
  ['/root', 0o700],
  ['/run/netns', 0o755],
  ['/sys', 0o555],
  ['/tmp', 0o1777],
  ['/var/lib/lab', 0o755],
  ['/var/tmp', 0o1777],
] as const
