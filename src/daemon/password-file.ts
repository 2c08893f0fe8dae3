import {
  chownSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { PasswordStore } from '../nova/instance-cache.ts'

/** What is kept of posted passwords. */
export interface PasswordFile extends PasswordStore {
  /** Forgets those of all other instances. */
  keepOnly(uuids: readonly string[]): void
}

/** Where the passwords lie, and who may read them. */
interface PasswordPlace {
  readonly path: string
  readonly uid: number
  readonly gid: number
  /** Instances that there are; the password of one that is gone goes, too, as it does with Nova's. */
  readonly uuids: readonly string[]
}

/**
 * Posted passwords, which Nova has in its database and we in a file, so that they outlive the service. Its directory
 * is made while root is still there to do so, and is the service's own. Throws where the file or its directory is
 * somebody else's, or not what we write; `set` throws where the file cannot be written, and then stores nothing.
 */
export function openPasswordFile(file: PasswordPlace): PasswordFile {
  makeDirectory(file)
  const known = new Set(file.uuids)
  const passwords = new Map(readPasswords(file).filter(([uuid]) => known.has(uuid)))
  return {
    get: uuid => passwords.get(uuid),
    set(uuid, password) {
      write(file.path, new Map(passwords).set(uuid, password))
      passwords.set(uuid, password)
    },
    keepOnly(uuids) {
      const kept = new Set(uuids)
      for (const uuid of [...passwords.keys()]) if (!kept.has(uuid)) passwords.delete(uuid)
    },
  }
}

function makeDirectory({ path, uid, gid }: PasswordPlace): void {
  const directory = dirname(path)
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) {
    mkdirSync(directory, { mode: 0o700 })
    if (process.getuid?.() === 0) chownSync(directory, uid, gid)
  }
  const there = lstatSync(directory)
  if (there.isDirectory() && there.uid === uid) return
  throw new Error(
    `${directory} is not a directory of uid ${uid}; remove it, with the passwords in it`,
  )
}

/** Read by root in a directory that is not root's: nothing but a file of the service's own will do. */
function readPasswords({ path, uid }: PasswordPlace): [string, string][] {
  const file = openIfThere(path)
  if (file === undefined) return []
  try {
    const there = fstatSync(file)
    if (!there.isFile() || there.uid !== uid) throw new Error(`it is no file of uid ${uid}`)
    return decode(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'it is not JSON' : cause
    throw new Error(`cannot read the passwords in ${path}: ${reason}; remove it to do without them`)
  } finally {
    closeSync(file)
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function decode(value: unknown): [string, string][] {
  const members = Object.entries(value ?? {})
  const passwords = members.filter(
    (member): member is [string, string] => typeof member[1] === 'string',
  )
  if (passwords.length < members.length) throw new Error('it holds something else')
  return passwords
}

/** A reader, or a service that is killed, sees the old file or the new one. */
function write(path: string, passwords: ReadonlyMap<string, string>): void {
  const fresh = `${path}.new`
  writeFileSync(fresh, `${JSON.stringify(Object.fromEntries(passwords))}\n`, { mode: 0o600 })
  renameSync(fresh, path)
}
