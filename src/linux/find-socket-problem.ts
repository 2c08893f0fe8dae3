import { type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'

interface User {
  readonly user: string
  readonly uid: number
  readonly gid: number
}

export interface SocketProblem {
  readonly found: string
  /** What to do about it; null where that is not known. */
  readonly remedy: string | null
}

/** Why a user cannot connect to a UNIX socket; null where nothing is in the way (unix(7)). */
export function findSocketProblem(path: string, who: User): SocketProblem | null {
  const found = look(path)
  if (found === undefined)
    return {
      found: `there is no socket ${path}`,
      remedy: 'start the neutron-metadata-agent that listens there',
    }
  if (!found.isSocket()) return { found: `${path} is no socket`, remedy: null }
  const closed = parentsOf(path).find(parent => !isAllowed(look(parent), who, ENTER))
  if (closed !== undefined)
    return {
      found: `${who.user}, who the proxies run as, may not enter ${closed}`,
      remedy: `chmod o+x ${closed}`,
    }
  if (isAllowed(found, who, WRITE)) return null
  return {
    found: `${who.user}, who the proxies run as, may not write to ${path}`,
    remedy: `set metadata_proxy_socket_mode = all where its agent runs, or chmod o+w ${path}`,
  }
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    // Somewhere on the way is no directory, or none for us.
    return undefined
  }
}

function parentsOf(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [] : [...parentsOf(parent), parent]
}

function isAllowed(stats: Stats | undefined, { uid, gid }: User, right: number): boolean {
  if (stats === undefined || uid === 0) return true
  const shift = stats.uid === uid ? 6 : stats.gid === gid ? 3 : 0
  return ((stats.mode >> shift) & right) !== 0
}

const ENTER = 1
const WRITE = 2
